//! What type of filing an order is: found, never chosen (filing rules B.0).
//!
//! The applicant gives a certificate number and a domain; the ministry and our own records answer four questions.
//! An authority that did not answer is *unknown*, never *not filed*.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::stage::Action;
use crate::words::words;

words! {
    /// An answer that may be missing.
    pub enum Answer {
        /// It is so.
        Yes = "yes",
        /// It is not so.
        No = "no",
        /// Nobody told.
        Unknown = "unknown",
    }
}

words! {
    /// Where the subject stands at the ministry.
    pub enum SubjectAtMinistry {
        /// Not filed.
        NotFiled = "not_filed",
        /// Filed, with at least one site.
        Filed = "filed",
        /// Filed, with no site left (空壳主体).
        Shell = "shell",
        /// Nobody told.
        Unknown = "unknown",
    }
}

words! {
    /// Where the domain stands at the ministry.
    pub enum DomainAtMinistry {
        /// Not filed.
        NotFiled = "not_filed",
        /// Filed under this subject.
        SameSubject = "same_subject",
        /// Filed under another subject.
        OtherSubject = "other_subject",
        /// Filed; under whom, nobody told.
        Filed = "filed",
        /// Nobody told.
        Unknown = "unknown",
    }
}

/// The answers of the ministry and of our own records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Answers {
    /// The subject at the ministry.
    pub subject: SubjectAtMinistry,
    /// The domain at the ministry.
    pub domain: DomainAtMinistry,
    /// Whether the subject is filed here.
    pub subject_here: Answer,
    /// Whether the domain is accessed here.
    pub domain_here: Answer,
    /// Whether the province lets a shell subject add a site without cancelling first.
    pub shell_may_add: Answer,
}

impl Default for Answers {
    fn default() -> Self {
        Self {
            subject: SubjectAtMinistry::Unknown,
            domain: DomainAtMinistry::Unknown,
            subject_here: Answer::Unknown,
            domain_here: Answer::Unknown,
            shell_may_add: Answer::Unknown,
        }
    }
}

words! {
    /// Why nothing can be filed as things stand.
    pub enum Obstacle {
        /// The domain is filed under another subject, which must cancel it first.
        DomainConflict = "domain_conflict",
        /// The domain is filed but the subject is not: the certificate number differs from the filed one.
        SubjectMismatch = "subject_mismatch",
        /// The subject is a shell, to be cancelled before it files anew.
        ShellSubject = "shell_subject",
    }
}

words! {
    /// A question whose answer is missing.
    pub enum Question {
        /// Is the subject filed at the ministry?
        SubjectAtMinistry = "subject_at_ministry",
        /// Is the domain filed at the ministry, and under whom?
        DomainAtMinistry = "domain_at_ministry",
        /// Is the subject filed here?
        SubjectHere = "subject_here",
        /// Is the domain accessed here?
        DomainHere = "domain_here",
        /// May a shell subject of this province add a site?
        ShellMayAdd = "shell_may_add",
    }
}

/// What the answers come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum Detected {
    /// This is what will be filed.
    File {
        /// The type.
        action: Action,
    },
    /// Everything is filed and accessed here: only a change is left to offer.
    NothingToFile,
    /// Something must be put right first.
    Stop {
        /// What.
        obstacle: Obstacle,
    },
    /// Ask again: these answers decide and are missing.
    Unknown {
        /// The questions.
        missing: Vec<Question>,
    },
}

impl Detected {
    /// The type of filing, when there is one.
    #[must_use]
    pub const fn action(&self) -> Option<Action> {
        match self {
            Self::File { action } => Some(*action),
            _ => None,
        }
    }
}

/// Decides the type of filing.
#[must_use]
pub fn detect(answers: Answers) -> Detected {
    use Answer::{No, Yes};
    use DomainAtMinistry as Domain;
    use SubjectAtMinistry as Subject;
    let unknown = |missing: &[Question]| Detected::Unknown { missing: missing.to_vec() };
    let file = |action| Detected::File { action };
    let Answers { subject, domain, subject_here, domain_here, shell_may_add } = answers;
    match (subject, domain) {
        // Another subject's domain stops everybody, whatever else is known.
        (_, Domain::OtherSubject) => Detected::Stop { obstacle: Obstacle::DomainConflict },
        (Subject::NotFiled, Domain::NotFiled) => file(Action::FirstFiling),
        // Not filed here under the typed number, yet filed there: renewed licence, or somebody else.
        (Subject::NotFiled, Domain::SameSubject | Domain::Filed) => {
            Detected::Stop { obstacle: Obstacle::SubjectMismatch }
        }
        (Subject::Filed, Domain::NotFiled) => add_site(subject_here),
        (Subject::Shell, Domain::NotFiled) => match shell_may_add {
            Yes => add_site(subject_here),
            No => Detected::Stop { obstacle: Obstacle::ShellSubject },
            Answer::Unknown => unknown(&[Question::ShellMayAdd]),
        },
        (Subject::Filed | Subject::Shell, Domain::SameSubject) => match (subject_here, domain_here) {
            (_, Yes) => Detected::NothingToFile,
            (No, No) => file(Action::AddAccess),
            (Yes, No) => file(Action::OneClickAccess),
            (Answer::Unknown, Answer::Unknown) => unknown(&[Question::SubjectHere, Question::DomainHere]),
            (Answer::Unknown, _) => unknown(&[Question::SubjectHere]),
            (_, Answer::Unknown) => unknown(&[Question::DomainHere]),
        },
        (Subject::Filed | Subject::Shell, Domain::Filed | Domain::Unknown) => unknown(&[Question::DomainAtMinistry]),
        (Subject::NotFiled, Domain::Unknown) => unknown(&[Question::DomainAtMinistry]),
        (Subject::Unknown, Domain::Unknown) => unknown(&[Question::SubjectAtMinistry, Question::DomainAtMinistry]),
        (Subject::Unknown, Domain::NotFiled | Domain::SameSubject | Domain::Filed) => {
            unknown(&[Question::SubjectAtMinistry])
        }
    }
}

fn add_site(subject_here: Answer) -> Detected {
    match subject_here {
        Answer::Yes => Detected::File { action: Action::AddSiteHere },
        Answer::No => Detected::File { action: Action::AddSiteElsewhere },
        Answer::Unknown => Detected::Unknown { missing: vec![Question::SubjectHere] },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Row = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str);

    /// Subject and domain at the ministry, subject and domain here, shell may add → result. `*` is any answer.
    const TABLE: &[Row] = &[
        // The table of B.0.
        ("not_filed", "not_filed", "*", "*", "*", "first_filing"),
        ("filed", "not_filed", "no", "*", "*", "add_site_elsewhere"),
        ("filed", "not_filed", "yes", "*", "*", "add_site_here"),
        ("filed", "same_subject", "no", "no", "*", "add_access"),
        ("filed", "same_subject", "yes", "no", "*", "one_click_access"),
        ("filed", "same_subject", "*", "yes", "*", "nothing_to_file"),
        ("*", "other_subject", "*", "*", "*", "stop domain_conflict"),
        ("not_filed", "same_subject", "*", "*", "*", "stop subject_mismatch"),
        ("not_filed", "filed", "*", "*", "*", "stop subject_mismatch"),
        ("shell", "not_filed", "*", "*", "no", "stop shell_subject"),
        ("shell", "not_filed", "no", "*", "yes", "add_site_elsewhere"),
        ("shell", "not_filed", "yes", "*", "yes", "add_site_here"),
        ("shell", "same_subject", "no", "no", "*", "add_access"),
        ("shell", "same_subject", "yes", "no", "*", "one_click_access"),
        ("shell", "same_subject", "*", "yes", "*", "nothing_to_file"),
        // The unknowns.
        ("shell", "not_filed", "*", "*", "unknown", "ask shell_may_add"),
        ("shell", "not_filed", "unknown", "*", "yes", "ask subject_here"),
        ("filed", "not_filed", "unknown", "*", "*", "ask subject_here"),
        ("filed", "same_subject", "unknown", "no", "*", "ask subject_here"),
        ("filed", "same_subject", "no", "unknown", "*", "ask domain_here"),
        ("filed", "same_subject", "yes", "unknown", "*", "ask domain_here"),
        ("filed", "same_subject", "unknown", "unknown", "*", "ask subject_here domain_here"),
        ("shell", "same_subject", "unknown", "no", "*", "ask subject_here"),
        ("shell", "same_subject", "no", "unknown", "*", "ask domain_here"),
        ("shell", "same_subject", "yes", "unknown", "*", "ask domain_here"),
        ("shell", "same_subject", "unknown", "unknown", "*", "ask subject_here domain_here"),
        ("filed", "filed", "*", "*", "*", "ask domain_at_ministry"),
        ("shell", "filed", "*", "*", "*", "ask domain_at_ministry"),
        ("filed", "unknown", "*", "*", "*", "ask domain_at_ministry"),
        ("shell", "unknown", "*", "*", "*", "ask domain_at_ministry"),
        ("not_filed", "unknown", "*", "*", "*", "ask domain_at_ministry"),
        ("unknown", "not_filed", "*", "*", "*", "ask subject_at_ministry"),
        ("unknown", "same_subject", "*", "*", "*", "ask subject_at_ministry"),
        ("unknown", "filed", "*", "*", "*", "ask subject_at_ministry"),
        ("unknown", "unknown", "*", "*", "*", "ask subject_at_ministry domain_at_ministry"),
    ];

    fn say(detected: &Detected) -> String {
        match detected {
            Detected::File { action } => action.to_string(),
            Detected::NothingToFile => "nothing_to_file".into(),
            Detected::Stop { obstacle } => format!("stop {obstacle}"),
            Detected::Unknown { missing } => {
                format!("ask {}", missing.iter().map(|q| q.as_str()).collect::<Vec<_>>().join(" "))
            }
        }
    }

    fn all_answers() -> Vec<Answers> {
        let mut all = Vec::new();
        for subject in SubjectAtMinistry::ALL {
            for domain in DomainAtMinistry::ALL {
                for subject_here in Answer::ALL {
                    for domain_here in Answer::ALL {
                        for shell_may_add in Answer::ALL {
                            all.push(Answers {
                                subject: *subject,
                                domain: *domain,
                                subject_here: *subject_here,
                                domain_here: *domain_here,
                                shell_may_add: *shell_may_add,
                            });
                        }
                    }
                }
            }
        }
        all
    }

    #[test]
    fn every_combination_of_answers_stands_in_the_table_once_and_comes_to_its_row() {
        let fits = |cell: &str, word: &str| cell == "*" || cell == word;
        for answers in all_answers() {
            let rows: Vec<&Row> = TABLE
                .iter()
                .filter(|(subject, domain, subject_here, domain_here, shell, _)| {
                    fits(subject, answers.subject.as_str())
                        && fits(domain, answers.domain.as_str())
                        && fits(subject_here, answers.subject_here.as_str())
                        && fits(domain_here, answers.domain_here.as_str())
                        && fits(shell, answers.shell_may_add.as_str())
                })
                .collect();
            assert_eq!(rows.len(), 1, "{answers:?} is in {} rows", rows.len());
            assert_eq!(say(&detect(answers)), rows[0].5, "{answers:?}");
        }
    }

    #[test]
    fn an_authority_that_did_not_answer_never_makes_a_first_filing() {
        for answers in all_answers() {
            let silent = answers.subject == SubjectAtMinistry::Unknown || answers.domain == DomainAtMinistry::Unknown;
            if silent {
                assert_eq!(detect(answers).action(), None, "{answers:?}");
            }
        }
    }
}
