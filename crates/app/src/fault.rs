//! Named points at which a test may kill the process, to prove that no moment is a bad one to die.
//!
//! Without the cargo feature `faults` a point is nothing. With it, `BEIAN_FAULT=report.after-send:1` kills the process
//! with SIGKILL the first time the point `report.after-send` is passed; nothing gets a chance to clean up.

/// Every point, in the order of the story.
pub const POINTS: &[&str] = &[
    "register.before-commit",
    "register.after-commit",
    "confirm-contact.before-commit",
    "confirm-contact.after-commit",
    "set-identity.before-commit",
    "set-identity.after-commit",
    "open-order.before-commit",
    "open-order.after-commit",
    "open-change.before-commit",
    "open-change.after-commit",
    "open-cancellation.before-commit",
    "open-cancellation.after-commit",
    "save-section.before-commit",
    "save-section.after-commit",
    "start-handover.before-commit",
    "start-handover.after-commit",
    "upload-material.before-commit",
    "upload-material.after-commit",
    "submit.before-commit",
    "submit.after-commit",
    "claim.before-commit",
    "claim.after-commit",
    "log-call.before-commit",
    "log-call.after-commit",
    "request-changes.before-commit",
    "request-changes.after-commit",
    "pass.before-commit",
    "pass.after-commit",
    "report.before-sending-commit",
    "report.after-sending-commit",
    "report.before-send",
    "report.after-send",
    "report.before-stored-commit",
    "report.after-stored-commit",
    "confirm-sms.before-commit",
    "confirm-sms.after-commit",
    "download.before-fetch",
    "download.after-fetch",
    "download.before-receive-commit",
    "download.after-receive-commit",
    "download.before-apply-commit",
    "download.after-apply-commit",
    "download.before-record",
    "download.after-record",
    "download.before-cancelled",
    "download.after-cancelled",
    "download.before-ack",
    "download.after-ack",
    "download.before-acked-commit",
    "download.after-acked-commit",
    "message.before-send",
    "message.after-send",
    "message.before-commit",
    "message.after-commit",
];

/// Passes a named point.
#[cfg(not(feature = "faults"))]
#[inline]
pub const fn point(_name: &'static str) {}

/// Passes a named point, and dies there when `BEIAN_FAULT` says so.
#[cfg(feature = "faults")]
pub fn point(name: &'static str) {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU32, Ordering};

    static WANTED: LazyLock<Option<(String, u32)>> = LazyLock::new(|| {
        let text = std::env::var("BEIAN_FAULT").ok()?;
        let (name, nth) = text.rsplit_once(':').unwrap_or((&text, "1"));
        Some((name.to_owned(), nth.parse().unwrap_or(1)))
    });
    static PASSED: AtomicU32 = AtomicU32::new(0);

    debug_assert!(POINTS.contains(&name), "{name} is not among the points");
    let Some((wanted, nth)) = WANTED.as_ref() else { return };
    if name == wanted && PASSED.fetch_add(1, Ordering::SeqCst) + 1 == *nth {
        let killed = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
        // SIGKILL cannot be caught; when it cannot even be sent the process must die all the same.
        killed.ok();
        std::process::abort();
    }
}

/// Commits a transaction between its two points.
macro_rules! commit {
    ($tx:expr, $name:literal) => {{
        $crate::fault::point(concat!($name, ".before-commit"));
        $tx.commit().await?;
        $crate::fault::point(concat!($name, ".after-commit"));
    }};
    ($tx:expr, $name:literal, $what:literal) => {{
        $crate::fault::point(concat!($name, ".before-", $what, "-commit"));
        $tx.commit().await?;
        $crate::fault::point(concat!($name, ".after-", $what, "-commit"));
    }};
}
pub(crate) use commit;

#[cfg(test)]
mod tests {
    use super::POINTS;

    #[test]
    fn the_points_are_many_and_each_has_its_own_name() {
        let mut names = POINTS.to_vec();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), POINTS.len());
        assert!(POINTS.len() >= 24);
    }

    #[test]
    fn every_point_that_is_passed_somewhere_is_listed_and_every_listed_one_is_passed() {
        let mut source = String::new();
        let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.file_name().is_some_and(|name| name != "fault.rs") {
                    source.push_str(&std::fs::read_to_string(path).unwrap());
                }
            }
        }
        let mut passed: Vec<String> = Vec::new();
        for (start, _) in source.match_indices("point(\"") {
            let rest = &source[start + 7..];
            passed.push(rest[..rest.find('"').unwrap()].to_owned());
        }
        for (start, _) in source.match_indices("commit!(") {
            let call = &source[start..start + source[start..].find(')').unwrap()];
            let words: Vec<&str> = call.split('"').skip(1).step_by(2).collect();
            let middle = words.get(1).map(|word| format!("{word}-")).unwrap_or_default();
            passed.push(format!("{}.before-{middle}commit", words[0]));
            passed.push(format!("{}.after-{middle}commit", words[0]));
        }
        passed.sort();
        passed.dedup();
        let mut listed: Vec<String> = POINTS.iter().map(|point| (*point).to_owned()).collect();
        listed.sort();
        assert_eq!(passed, listed);
    }
}
