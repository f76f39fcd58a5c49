//! Recorded logs of real clients, with the answers that are expected.
//!
//! `expected.json` beside a log holds the answer that lognosis gives; `LOGNOSIS_BLESS=1 cargo test fixtures` writes them
//! anew. `scenario.json` holds what was really wrong and comes from the recorder: blessing cannot change it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use lognosis::catalog::Catalog;
use lognosis::diagnose::Outcome;
use lognosis::trial::Answer;
use serde_json::Value;

use crate::util::{files_below, report, repository};

/// Answers that say more than the code that npm ends with.
const BETTER: &[(&str, &str)] =
    &[("E404", "npm/token-expired-notice"), ("ENOENT", "git/not-installed"), ("ECONNRESET", "npm/cb-never-called")];
/// Answers where the debug log does not hold what a script printed.
const WRAPPERS: &[&str] = &["npm/script-exit", "npm/elifecycle"];

/// The folders of all recordings.
fn recordings() -> Vec<PathBuf> {
    let files = files_below(&repository("fixtures/npm"));
    files.into_iter().filter(|path| path.ends_with("scenario.json")).map(|path| path.parent().unwrap().to_owned()).collect()
}

fn logs_of(folder: &Path) -> Vec<PathBuf> {
    ["console.txt", "debug.log"].iter().map(|name| folder.join(name)).filter(|path| path.is_file()).collect()
}

fn json(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn the_answers_are_those_that_were_blessed() {
    let bless = std::env::var_os("LOGNOSIS_BLESS").is_some();
    let mut wrong = Vec::new();
    for folder in recordings() {
        let answers: BTreeMap<String, String> = logs_of(&folder)
            .iter()
            .map(|log| {
                let answer = Answer::of(&report(&fs::read(log).unwrap()));
                (log.file_name().unwrap().to_string_lossy().into_owned(), answer.name())
            })
            .collect();
        let path = folder.join("expected.json");
        if bless {
            fs::write(&path, serde_json::to_string_pretty(&answers).unwrap() + "\n").unwrap();
        } else if !path.is_file() || json(&path) != serde_json::to_value(&answers).unwrap() {
            let was = fs::read_to_string(&path).unwrap_or_else(|_| "nothing".to_owned());
            wrong.push(format!("{}: {answers:?}, and {was} was blessed", folder.display()));
        }
    }
    assert!(wrong.is_empty(), "{} answers changed; look at them, then LOGNOSIS_BLESS=1\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn harmless_runs_have_no_root() {
    let mut wrong = Vec::new();
    for folder in recordings() {
        if json(&folder.join("scenario.json"))["failed"] == true {
            continue;
        }
        for log in logs_of(&folder) {
            let report = report(&fs::read(&log).unwrap());
            if report.answer().is_some() || report.outcome == Outcome::Failed {
                wrong.push(format!("{}: {}", log.display(), Answer::of(&report).name()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn failed_runs_have_the_code_of_what_was_wrong() {
    let mut wrong = Vec::new();
    let mut checked = 0;
    for folder in recordings() {
        let scenario = json(&folder.join("scenario.json"));
        let code = scenario["expect"]["code"].as_str().unwrap_or_default();
        // A wrapper's code, or git's exit code, says nothing of what was wrong inside.
        if scenario["failed"] != true || ["", "ELIFECYCLE", "128"].contains(&code) {
            continue;
        }
        for log in logs_of(&folder) {
            checked += 1;
            let text = fs::read_to_string(&log).unwrap();
            let report = report(text.as_bytes());
            let fits = report.answer().is_some_and(|answer| {
                let rule = Catalog::builtin().rule(&answer.rule).unwrap();
                let named = answer.code.as_deref() == Some(code) || rule.aliases.iter().any(|alias| **alias == *code);
                named || BETTER.contains(&(code, &answer.rule)) || WRAPPERS.contains(&&*answer.rule) && !text.contains(code)
            });
            // npm prints the list of its commands to stdout: the debug log has nothing but the exit code.
            let is_told = code != "EUNKNOWNCOMMAND" || log.ends_with("console.txt");
            if !fits && is_told {
                wrong.push(format!("{}: {} and not {code}", log.display(), Answer::of(&report).name()));
            }
        }
    }
    assert!(checked > 800);
    assert!(wrong.is_empty(), "{} of {checked}\n{}", wrong.len(), wrong.join("\n"));
}
