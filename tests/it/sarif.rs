//! The SARIF report against the standard's schema.

use std::fs;

use lognosis::catalog::Catalog;
use lognosis::diagnose::LogReport;
use lognosis::engine::Engine;
use lognosis::report::{Format, InputError, Report, Style, TriageReport};
use lognosis::triage::Triage;
use serde_json::{Value, json};

use crate::util::{files_below, report, report_with, repository};

fn scan(logs: &[LogReport], errors: &[InputError]) -> Value {
    let mut out = Vec::new();
    Report { catalog: Catalog::builtin(), logs, errors }.write(Format::Sarif, Style::default(), &mut out).unwrap();
    serde_json::from_slice(&out).unwrap()
}

fn triage(logs: &[LogReport], errors: &[InputError]) -> Value {
    let mut triage = Triage::default();
    logs.iter().for_each(|log| drop(triage.add(log)));
    let mut out = Vec::new();
    let report = TriageReport { catalog: Catalog::builtin(), triage: &triage, errors };
    report.write(Format::Sarif, Style::default(), &mut out).unwrap();
    serde_json::from_slice(&out).unwrap()
}

fn named(path: &str, log: &[u8]) -> LogReport {
    LogReport { path: path.to_owned(), ..report(log) }
}

#[test]
fn every_fixtures_report_keeps_the_standard() {
    let schema = fs::read_to_string(repository("fixtures/schemas/sarif-schema-2.1.0.json")).unwrap();
    // As published, this pattern has a bracket too many and is no regex.
    let schema = schema.replace("-[a-zA-Z]{2}]?$", "-[a-zA-Z]{2}$");
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    let engine = Engine::new(Catalog::builtin()).unwrap();
    let logs: Vec<LogReport> = files_below(&repository("fixtures"))
        .into_iter()
        .filter(|path| path.extension().is_some_and(|ending| ending == "txt" || ending == "log"))
        .map(|path| LogReport { path: path.display().to_string(), ..report_with(&engine, &fs::read(&path).unwrap(), usize::MAX) })
        .collect();
    assert!(logs.len() > 1000);
    let errors = [InputError { message: "cannot read x".to_owned(), hint: Some("look {0}".to_owned()) }];
    for value in [scan(&logs, &errors), triage(&logs, &errors), scan(&[], &[]), triage(&[], &[])] {
        let wrong: Vec<String> = validator.iter_errors(&value).take(5).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
        let run = &value["runs"][0];
        for result in run["results"].as_array().unwrap() {
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
        }
    }
    let broken = json!({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "results": [{}]}]});
    assert!(!validator.is_valid(&broken), "a result without a message is none: does the schema look at anything?");
}

#[test]
fn a_result_tells_rule_place_cause_and_what_to_do() {
    let logs = [named("ci logs/build#1.log", b"$ npm ci\nnpm error code E401\nnpm error Incorrect or missing password.\n")];
    let value = scan(&logs, &[InputError { message: "cannot read x".to_owned(), hint: None }]);
    let run = &value["runs"][0];
    let result = &run["results"][0];
    assert_eq!(result["ruleId"], "npm/e401");
    assert_eq!(result["level"], "error");
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "ci%20logs/build%231.log");
    assert_eq!(place["region"]["startLine"], logs[0].answer().unwrap().first_line);
    assert!(result["message"]["text"].as_str().unwrap().starts_with("E401: "));
    assert_eq!(result["partialFingerprints"]["lognosisFailure/v1"], *logs[0].answer().unwrap().fingerprint);
    assert_eq!(result["properties"]["owner"], "you");
    assert!(result["properties"]["verdict"].is_string() && result["properties"]["captures"].is_object());
    let rule = &run["tool"]["driver"]["rules"][0];
    assert!(rule["help"]["markdown"].as_str().unwrap().contains("## Causes"));
    assert!(rule["helpUri"].as_str().unwrap().starts_with("https://"));
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    assert_eq!(run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"], "cannot read x");
}

#[test]
fn what_no_rule_knows_is_a_result_too() {
    let log = named("x.log", b"Error: the frobnicator is on fire [x](http://evil.example)\n##[error]Process completed with exit code 3.\n");
    assert!(log.answer().is_none() && !log.unknown.is_empty());
    for value in [scan(std::slice::from_ref(&log), &[]), triage(std::slice::from_ref(&log), &[])] {
        let result = &value["runs"][0]["results"][0];
        assert_eq!(result["ruleId"], "lognosis/unknown-failure");
        assert!(result["message"]["text"].as_str().unwrap().contains("on fire \\[x\\](http"), "{result:#}");
    }
}

#[test]
fn a_triage_has_one_result_a_cause() {
    let logs: Vec<LogReport> = (0..4).map(|n| named(&format!("{n}.log"), b"npm error code E401\n")).collect();
    let value = triage(&logs, &[]);
    let results = value["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 1);
    assert_eq!(results[0]["occurrenceCount"], 4);
    assert_eq!(results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "0.log");
    assert_eq!(results[0]["relatedLocations"].as_array().unwrap().len(), 3);
}
