//! Whether a log holds what tells its cause from the other causes of the same rule.
//!
//! May import: `diagnose`, `trial::cases`.
//!
//! A refused login looks the same whether the token is wrong or missing; only the configuration tells. To ask for the cause
//! there is to ask for luck, so such logs are counted apart. The catalogue must not be the judge of its own examination:
//! that it finds no evidence is not enough, the label has to say, too, that what was wrong stands outside of the log.

use std::path::Path;

use super::cases::Label;
use crate::diagnose::{LogReport, Verdict};

/// Captures that any failed request shows, whatever its cause.
const SHOWN_ANYWAY: &[&str] = &["registry", "package", "host", "url", "code", "scope", "path"];

/// Whether the log can tell its cause. It can not, if
/// - the label names a state of the machine that was wrong (`local_state`),
/// - no capture of the label that points at it (a variable, a file) is seen in the log (`captures_seen_in`),
/// - and no line of the log speaks for or against any cause of the rule that is the answer.
#[must_use]
pub fn log_can_tell(log: &Path, label: &Label, report: &LogReport) -> bool {
    let is_outside = label.local_state.as_deref().is_some_and(|state| !state.trim().is_empty());
    let has_evidence = report.answer().is_some_and(|answer| answer.causes.iter().any(|cause| cause.verdict != Verdict::Possible));
    !is_outside || has_evidence || points_at_it(log, label)
}

/// Whether a telling capture is seen in this log.
fn points_at_it(log: &Path, label: &Label) -> bool {
    let part = match log.file_stem().and_then(|stem| stem.to_str()) {
        Some("debug") => "debug",
        _ => "console",
    };
    let telling = label.captures_seen_in.iter().filter(|(name, _)| !SHOWN_ANYWAY.contains(&name.as_str()));
    telling.into_iter().any(|(_, places)| places.iter().any(|place| place == part))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::log_can_tell;
    use crate::catalog::Catalog;
    use crate::diagnose::{LogReport, Options, diagnose};
    use crate::engine::{Engine, LogScanner};
    use crate::trial::Label;

    fn report(log: &str) -> LogReport {
        let engine = Engine::new(Catalog::builtin()).unwrap();
        let mut scanner = LogScanner::new(&engine);
        scanner.push(log.as_bytes());
        diagnose(&engine, "log", &scanner.finish(), &Options::default())
    }

    #[test]
    fn label_and_log_must_both_say_that_it_cannot() {
        let bare = report("npm error code E401\nnpm error Incorrect or missing password.\n");
        let telling = report("npm error code E401\nnpm notice Access token expired or revoked.\n");
        let label: Label = serde_json::from_str(
            r#"{"failed": true, "primary": "E401", "local_state": ".npmrc: an old token",
                "captures_seen_in": {"registry": ["console"], "variable": ["debug", "project"]}}"#,
        )
        .unwrap();
        let plain = Label { local_state: None, ..label.clone() };
        assert!(!bare.answer().unwrap().causes.iter().any(|cause| !cause.because.is_empty()), "{bare:?}");
        assert!(!log_can_tell(Path::new("a/console.txt"), &label, &bare));
        assert!(log_can_tell(Path::new("a/debug.log"), &label, &bare), "the variable is seen there");
        assert!(log_can_tell(Path::new("a/console.txt"), &plain, &bare), "nothing outside was wrong");
        assert!(log_can_tell(Path::new("a/console.txt"), &label, &telling), "a line speaks for a cause");
    }
}
