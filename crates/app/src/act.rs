//! What people can do: one act, one file.
//!
//! Every act asks [`crate::policy`] first, decides with `filing`, and writes its rows, its audit line and its jobs in
//! one transaction, or nothing at all.

pub mod accept_download;
pub mod accounts;
pub mod api_keys;
pub mod audit;
pub mod authenticate;
pub mod change_password;
pub mod check_order;
pub mod confirm_contact;
pub mod decide;
pub mod demo_messages;
pub mod domain_proof;
pub mod edit_order;
pub mod export_evidence;
pub mod filings;
pub mod followers;
pub mod gateway_feed;
pub mod handover;
pub mod held_closings;
pub mod import_ip_ranges;
pub mod ip_ranges;
pub mod ledger;
pub mod list_orders;
pub mod log_in;
pub mod log_out;
pub mod look_up;
pub mod mailbox;
pub mod materials;
pub mod measures;
pub mod my_account;
pub mod open_cancellation;
pub mod open_change;
pub mod open_order;
pub mod papers;
pub mod preflight;
pub mod preview_upload;
pub mod queue;
pub mod register;
pub mod report_ip_ranges;
pub mod resend_code;
pub mod resources;
pub mod return_upload;
pub mod reveal;
pub mod review_case;
pub mod save_ip_range;
pub mod save_section;
pub mod send_paper;
pub mod sessions;
pub mod set_identity;
pub mod sightings;
pub mod submit;
pub mod sync_codes;
pub mod tasks;
pub mod told;
pub mod view_order;
pub mod withdraw;

pub use accept_download::{AcceptDownload, accept_download};
pub use accounts::{
    AccountRef, CreateAccount, ListAccounts, create_account, disable_account, enable_account, list_accounts,
};
pub use api_keys::{
    ApiKeyView, CreateApiKey, CreatedApiKey, RevokeApiKey, create_api_key, list_api_keys, revoke_api_key,
};
pub use audit::{AuditRow, AuditVerdict, VerifyAudit, ViewAudit, verify_audit, view_audit};
pub use change_password::{ChangePassword, change_password};
pub use check_order::{OrderCheck, check_order};
pub use confirm_contact::{ConfirmContact, confirm_contact};
pub use decide::{RequestChanges, pass, request_changes};
pub use demo_messages::{DemoMessage, DemoMessages, demo_messages};
pub use domain_proof::{
    DnsText, DomainProofRef, DomainProofView, HttpFile, ProveDomain, StartDomainProof, StartedDomainProof, Tried, Way,
    prove_domain, recheck_domain, start_domain_proof, view_domain_proof,
};
pub use edit_order::{EditOrder, edit_order};
pub use export_evidence::{ExportEvidence, Exported, export_evidence};
pub use filings::{FilingRef, FilingSite, FilingView, ListFilings, SentPaper, list_filings, view_filing};
pub use followers::{FollowerRow, Heard, ListTraffic, TrafficRow, list_followers, list_traffic, report_follower};
pub use gateway_feed::{FeedPublicKey, GatewayChanges, gateway_changes, gateway_key, gateway_snapshot};
pub use handover::{
    HandoverLink, HandoverProgress, HandoverStatus, HandoverView, LinkState, OpenHandover, RemoveByHandover,
    StartHandover, UploadByHandover, finish_handover, handover_status, open_handover, remove_by_handover,
    start_handover, upload_by_handover,
};
pub use held_closings::{HeldClosingRow, ReleaseClosings, ReleasedClosings, list_held_closings, release_closings};
pub use import_ip_ranges::{
    ExportIpRanges, ImportIpRanges, ImportMode, ImportedIpRanges, export_ip_ranges, import_ip_ranges,
};
pub use ip_ranges::{BureauName, IpRangeRef, IpRanges, ListIpRanges, list_ip_ranges, view_ip_range};
pub use ledger::{
    Alarm, BureauLine, DownloadRow, Ledger, LedgerView, LineState, ResumeLine, UploadRow, ledger, resume_line,
};
pub use list_orders::{ListOrders, OrderRow, list_orders};
pub use log_in::{LogIn, log_in};
pub use log_out::log_out;
pub use look_up::{LookUp, LookUpSite, LookUpView, look_up};
pub use mailbox::{
    ContainerFile, ContainerForm, ContainerView, MailRow, Mailbox, OpenContainer, RevealContainer, TakeContainer,
    TryView, mailbox, reveal_container, take_container, view_container,
};
pub use materials::{
    MaterialFile, OpenMaterial, RemoveMaterial, UploadMaterial, open_material, remove_material, upload_material,
};
pub use measures::{
    ListMeasures, MeasureRef, MeasureRow, PlaceMeasure, RollBack, RolledBack, end_measure, list_measures,
    place_measure, roll_back,
};
pub use my_account::my_account;
pub use open_cancellation::{OpenCancellation, open_cancellation};
pub use open_change::{OpenChange, open_change};
pub use open_order::{BasicChecked, CheckBasic, OpenOrder, check_basic, open_order};
pub use papers::{ListPapers, PaperDraft, PaperView, PrintPaper, list_papers, print_paper};
pub use preflight::preflight;
pub use preview_upload::{
    PreviewUpload, RevealUpload, TakeUpload, UploadPreview, preview_upload, reveal_upload, take_upload,
};
pub use queue::{Queue, QueueCounts, QueueKind, QueueRow, queue, queue_counts};
pub use register::{Register, register};
pub use report_ip_ranges::{
    CorrectIpRange, ReportIpRanges, ReportedIpRanges, correct_ip_range, delete_ip_range, recall_ip_range,
    report_ip_ranges,
};
pub use resend_code::{ResendCode, resend_code};
pub use resources::{ImportResources, Imported, ResourceImport, ResourceView, import_resources, list_resources};
pub use return_upload::{ReturnUpload, return_upload};
pub use reveal::{Reveal, Revealed, reveal};
pub use review_case::{CallParty, LogCall, MarkField, MarkWord, claim, log_call, mark_field, release, view_case};
pub use save_ip_range::{SaveIpRange, SavedIpRange, remove_ip_range, save_ip_range};
pub use save_section::{Patch, SaveSection, SitePatch, save_section};
pub use send_paper::{SendPaper, send_paper};
pub use sessions::{RevokeSession, SessionView, list_sessions, revoke_session};
pub use set_identity::{SetIdentity, set_identity};
pub use sightings::report_sightings;
pub use submit::{Submit, submit};
pub use sync_codes::{
    CodeChange, CompareCodes, ComparedCodes, HowChanged, Said, SyncCodes, SyncedCodes, compare_codes, sync_codes,
};
pub use tasks::{
    AnswerTask, CloseTask, KnownHere, ListTasks, TaskFact, TaskRef, TaskRow, TaskView, answer_task, claim_task,
    close_task, list_tasks, open_tasks, view_task,
};
pub use told::{
    BlacklistRow, CodeMeaning, CodeTableRow, CodesView, ComparisonRow, ComparisonView, DifferenceRow, FromCursor,
    ViewCodes, ViewComparison, export_comparison, list_blacklist, list_code_tables, list_comparisons, view_codes,
    view_comparison,
};
pub use view_order::view_order;
pub use withdraw::{abandon, confirm_sms_done, withdraw};

pub use crate::account::{AccountView, CodeSent, IdentityView, SignedIn};
pub use crate::agreement::{Accepted, Agreement};
pub use crate::domain_facts::DomainView;
pub use crate::filed::possible::Possible;
pub use crate::ip_filing::view::{IpRangeRow, IpRangeView};
pub use crate::order::timeline::{Moment, NextStep, Party, TimelineEntry};
pub use crate::order::view::{Duty, EditView, FiledSiteView, FiledView, MaterialView, OrderView, SlotView, SmsStep};
pub use crate::order::{Editable, OrderRef};
pub use crate::page::Page;
pub use crate::review::{CallOutcome, CallView, CaseRow, CaseView, MarkView};
