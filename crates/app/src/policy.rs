//! Who may do what: one table, asked by every act before anything else.

use store::account::Role;

use crate::actor::Actor;
use crate::error::{Error, Result};

/// Who may do an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Nobody needs to be known: a stranger may.
    Stranger,
    /// Whoever has an account that serves a person; `gateway` serves a machine.
    AnyPerson,
    /// The roles named. An applicant is further held to what is their own: anything else is not found.
    Roles(&'static [Role]),
}

impl Who {
    /// Whether a role may; `None` is a stranger.
    #[must_use]
    pub fn allows(self, role: Option<Role>) -> bool {
        match (self, role) {
            (Self::Stranger, _) => true,
            (_, None) => false,
            (Self::AnyPerson, Some(role)) => role != Role::Gateway,
            (Self::Roles(roles), Some(role)) => roles.contains(&role),
        }
    }
}

macro_rules! acts {
    ($($variant:ident $name:literal => $who:expr;)+) => {
        /// Everything people can do; the docs of an act are those of its function in [`crate::act`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[expect(missing_docs, reason = "each act is documented where it is done")]
        pub enum Act { $($variant,)+ }

        /// Every act and who may do it.
        pub const TABLE: &[(Act, Who)] = &[$((Act::$variant, $who),)+];

        impl Act {
            /// The act's word in audit lines, metrics and the API.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// Who may do it.
            #[must_use]
            pub const fn who(self) -> Who {
                match self { $(Self::$variant => $who,)+ }
            }
        }
    };
}

const APPLICANT: Who = Who::Roles(&[Role::Applicant]);
const REVIEW: Who = Who::Roles(&[Role::Reviewer, Role::Supervisor]);
const OVERSEE: Who = Who::Roles(&[Role::Reviewer, Role::Supervisor, Role::Auditor]);
const APPLICANT_OR_OVERSEE: Who = Who::Roles(&[Role::Applicant, Role::Reviewer, Role::Supervisor, Role::Auditor]);
const APPLICANT_OR_REVIEW: Who = Who::Roles(&[Role::Applicant, Role::Reviewer, Role::Supervisor]);
const LINE: Who = Who::Roles(&[Role::Supervisor, Role::Administrator, Role::Auditor]);
const MEND_LINE: Who = Who::Roles(&[Role::Supervisor, Role::Administrator]);
const LINE_OR_REVIEW: Who = Who::Roles(&[Role::Reviewer, Role::Supervisor, Role::Administrator, Role::Auditor]);
const ADMINISTRATE: Who = Who::Roles(&[Role::Administrator]);
const AUDIT: Who = Who::Roles(&[Role::Auditor]);
const GATEWAY: Who = Who::Roles(&[Role::Gateway]);

acts! {
    Register "register" => Who::Stranger;
    ResendCode "resend_code" => Who::Stranger;
    ConfirmContact "confirm_contact" => Who::Stranger;
    LogIn "log_in" => Who::Stranger;
    LookUp "look_up" => Who::Stranger;
    Preflight "preflight" => Who::Stranger;
    OpenHandover "open_handover" => Who::Stranger;
    UploadByHandover "upload_by_handover" => Who::Stranger;
    RemoveByHandover "remove_by_handover" => Who::Stranger;
    FinishHandover "finish_handover" => Who::Stranger;
    DemoMessages "demo_messages" => Who::Stranger;
    StartDomainProof "start_domain_proof" => Who::Stranger;
    ViewDomainProof "view_domain_proof" => Who::Stranger;
    ProveDomain "prove_domain" => Who::Stranger;
    RecheckDomain "recheck_domain" => Who::Stranger;
    MyAccount "my_account" => Who::AnyPerson;
    LogOut "log_out" => Who::AnyPerson;
    ChangePassword "change_password" => Who::AnyPerson;
    ListSessions "list_sessions" => Who::AnyPerson;
    RevokeSession "revoke_session" => Who::AnyPerson;
    CreateApiKey "create_api_key" => Who::AnyPerson;
    ListApiKeys "list_api_keys" => Who::AnyPerson;
    RevokeApiKey "revoke_api_key" => Who::AnyPerson;
    SetIdentity "set_identity" => APPLICANT;
    ListResources "list_resources" => APPLICANT;
    ListOrders "list_orders" => APPLICANT;
    ListFilings "list_filings" => APPLICANT;
    ViewFiling "view_filing" => APPLICANT;
    OpenCancellation "open_cancellation" => APPLICANT;
    OpenChange "open_change" => APPLICANT;
    SendPaper "send_paper" => APPLICANT;
    CheckBasic "check_basic" => APPLICANT;
    OpenOrder "open_order" => APPLICANT;
    EditOrder "edit_order" => APPLICANT;
    SaveSection "save_section" => APPLICANT;
    CheckOrder "check_order" => APPLICANT;
    StartHandover "start_handover" => APPLICANT;
    HandoverStatus "handover_status" => APPLICANT;
    UploadMaterial "upload_material" => APPLICANT;
    RemoveMaterial "remove_material" => APPLICANT;
    ListPapers "list_papers" => APPLICANT_OR_OVERSEE;
    PrintPaper "print_paper" => APPLICANT;
    OpenMaterial "open_material" => APPLICANT_OR_REVIEW;
    Submit "submit" => APPLICANT;
    Withdraw "withdraw" => APPLICANT;
    Abandon "abandon" => APPLICANT;
    ConfirmSmsDone "confirm_sms_done" => APPLICANT;
    ViewOrder "view_order" => APPLICANT_OR_OVERSEE;
    Queue "queue" => OVERSEE;
    ViewCase "view_case" => OVERSEE;
    Claim "claim" => REVIEW;
    Release "release" => REVIEW;
    MarkField "mark_field" => REVIEW;
    LogCall "log_call" => REVIEW;
    RequestChanges "request_changes" => REVIEW;
    PreviewUpload "preview_upload" => REVIEW;
    RevealUpload "reveal_upload" => REVIEW;
    TakeUpload "take_upload" => REVIEW;
    Pass "pass" => REVIEW;
    Reveal "reveal" => APPLICANT_OR_REVIEW;
    ListTasks "list_tasks" => APPLICANT_OR_OVERSEE;
    OpenTasks "open_tasks" => APPLICANT_OR_OVERSEE;
    ViewTask "view_task" => APPLICANT_OR_OVERSEE;
    ClaimTask "claim_task" => REVIEW;
    AnswerTask "answer_task" => APPLICANT_OR_REVIEW;
    CloseTask "close_task" => REVIEW;
    Ledger "ledger" => LINE;
    Mailbox "mailbox" => LINE;
    ViewContainer "view_container" => LINE;
    ListBlacklist "list_blacklist" => LINE;
    ListCodeTables "list_code_tables" => LINE;
    ViewCodes "view_codes" => LINE;
    ListComparisons "list_comparisons" => LINE;
    ViewComparison "view_comparison" => LINE;
    RevealContainer "reveal_container" => MEND_LINE;
    TakeContainer "take_container" => MEND_LINE;
    ResumeLine "resume_line" => MEND_LINE;
    ReturnUpload "return_upload" => MEND_LINE;
    AcceptDownload "accept_download" => MEND_LINE;
    ListIpRanges "list_ip_ranges" => LINE_OR_REVIEW;
    ViewIpRange "view_ip_range" => LINE_OR_REVIEW;
    SaveIpRange "save_ip_range" => MEND_LINE;
    RemoveIpRange "remove_ip_range" => MEND_LINE;
    ImportIpRanges "import_ip_ranges" => MEND_LINE;
    ExportIpRanges "export_ip_ranges" => MEND_LINE;
    ReportIpRanges "report_ip_ranges" => MEND_LINE;
    CorrectIpRange "correct_ip_range" => MEND_LINE;
    DeleteIpRange "delete_ip_range" => MEND_LINE;
    RecallIpRange "recall_ip_range" => MEND_LINE;
    ExportEvidence "export_evidence" => MEND_LINE;
    SyncCodes "sync_codes" => MEND_LINE;
    ViewAudit "view_audit" => AUDIT;
    VerifyAudit "verify_audit" => AUDIT;
    ImportResources "import_resources" => ADMINISTRATE;
    CreateAccount "create_account" => ADMINISTRATE;
    ListAccounts "list_accounts" => ADMINISTRATE;
    DisableAccount "disable_account" => ADMINISTRATE;
    EnableAccount "enable_account" => ADMINISTRATE;
    GatewaySnapshot "gateway_snapshot" => GATEWAY;
    GatewayChanges "gateway_changes" => GATEWAY;
    ReportSightings "report_sightings" => GATEWAY;
    ReportFollower "report_follower" => GATEWAY;
    ListFollowers "list_followers" => LINE_OR_REVIEW;
    ListTraffic "list_traffic" => LINE_OR_REVIEW;
    ListMeasures "list_measures" => LINE_OR_REVIEW;
    ListHeldClosings "list_held_closings" => LINE_OR_REVIEW;
    PlaceMeasure "place_measure" => MEND_LINE;
    EndMeasure "end_measure" => MEND_LINE;
    RollBack "roll_back" => MEND_LINE;
    ReleaseClosings "release_closings" => MEND_LINE;
    GatewayKey "gateway_key" => Who::Roles(&[Role::Administrator, Role::Gateway]);
}

/// Asks the table.
///
/// # Errors
/// [`Error::Forbidden`] when the actor's role may not do the act.
pub fn require(actor: &Actor, act: Act) -> Result<()> {
    if act.who().allows(Some(actor.role)) { Ok(()) } else { Err(Error::Forbidden) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_act_has_its_own_word() {
        let words: BTreeSet<&str> = TABLE.iter().map(|(act, _)| act.as_str()).collect();
        assert_eq!(words.len(), TABLE.len());
    }

    #[test]
    fn a_stranger_may_only_enter_look_up_and_use_a_link() {
        let open: Vec<&str> = TABLE.iter().filter(|(_, who)| who.allows(None)).map(|(act, _)| act.as_str()).collect();
        assert_eq!(
            open,
            [
                "register",
                "resend_code",
                "confirm_contact",
                "log_in",
                "look_up",
                "preflight",
                "open_handover",
                "upload_by_handover",
                "remove_by_handover",
                "finish_handover",
                "demo_messages",
                "start_domain_proof",
                "view_domain_proof",
                "prove_domain",
                "recheck_domain"
            ]
        );
    }

    #[test]
    fn every_act_that_needs_somebody_known_asks_the_table_itself() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/act");
        let source: String = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
            .collect();
        for (act, who) in TABLE {
            let asks = source.contains(&format!("require(actor, Act::{act:?})?"));
            assert_eq!(asks, *who != Who::Stranger, "{act:?}");
        }
    }

    #[test]
    fn nobody_who_reviews_can_write_an_order_and_nobody_who_writes_one_can_review() {
        for (act, who) in TABLE {
            let word = act.as_str();
            if matches!(
                word,
                "save_section" | "submit" | "upload_material" | "open_order" | "open_change" | "open_cancellation"
            ) {
                assert!(!who.allows(Some(Role::Reviewer)) && !who.allows(Some(Role::Supervisor)), "{word}");
            }
            if matches!(word, "claim" | "pass" | "request_changes" | "mark_field" | "log_call") {
                assert!(!who.allows(Some(Role::Applicant)) && !who.allows(Some(Role::Administrator)), "{word}");
            }
        }
    }

    #[test]
    fn an_auditor_only_looks() {
        let may: Vec<&str> = TABLE
            .iter()
            .filter(|(_, who)| matches!(who, Who::Roles(_)) && who.allows(Some(Role::Auditor)))
            .map(|(act, _)| act.as_str())
            .collect();
        let looks = [
            "list_papers",
            "view_order",
            "list_tasks",
            "open_tasks",
            "view_task",
            "queue",
            "view_case",
            "ledger",
            "mailbox",
            "view_container",
            "list_blacklist",
            "list_code_tables",
            "view_codes",
            "list_comparisons",
            "view_comparison",
            "list_ip_ranges",
            "view_ip_range",
            "list_followers",
            "list_traffic",
            "list_measures",
            "list_held_closings",
            "view_audit",
            "verify_audit",
        ];
        assert_eq!(may.iter().filter(|act| !looks.contains(*act)).collect::<Vec<_>>(), [&""; 0]);
        assert_eq!(may.len(), looks.len());
    }

    #[test]
    fn a_gateway_reads_its_feed_tells_what_it_saw_and_nothing_else() {
        let may: Vec<&str> = TABLE
            .iter()
            .filter(|(_, who)| *who != Who::Stranger && who.allows(Some(Role::Gateway)))
            .map(|(act, _)| act.as_str())
            .collect();
        assert_eq!(may, ["gateway_snapshot", "gateway_changes", "report_sightings", "report_follower", "gateway_key"]);
    }
}
