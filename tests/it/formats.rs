//! Report formats against their schemas.

use std::fs;

use lognosis::catalog::Catalog;
use lognosis::report::{Format, InputError, Report, SCHEMA, Style};
use serde_json::Value;

use crate::util::{files_below, report, repository, schema};

#[test]
fn every_fixtures_report_keeps_the_contract() {
    let validator = jsonschema::validator_for(&schema("report-1")).unwrap();
    let logs: Vec<_> = files_below(&repository("fixtures"))
        .into_iter()
        .filter(|path| path.extension().is_some_and(|ending| ending == "txt" || ending == "log"))
        .map(|path| report(&fs::read(path).unwrap()))
        .collect();
    assert!(logs.len() > 1000);
    for log in &logs {
        let errors = [InputError { message: "cannot read x".to_owned(), hint: None }];
        let whole = Report { catalog: Catalog::builtin(), logs: std::slice::from_ref(log), errors: &errors };
        let mut out = Vec::new();
        whole.write(Format::Json, Style::default(), &mut out).unwrap();
        let value: Value = serde_json::from_slice(&out).unwrap();
        let wrong: Vec<String> = validator.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(wrong.is_empty(), "{wrong:?} in {value:#}");
    }
}

#[test]
fn ndjson_is_the_logs_of_json_one_a_line() {
    let logs = [report(b"npm error code E401\n"), report(b"added 5 packages in 2s\n")];
    let whole = Report { catalog: Catalog::builtin(), logs: &logs, errors: &[] };
    let (mut json, mut ndjson) = (Vec::new(), Vec::new());
    whole.write(Format::Json, Style::default(), &mut json).unwrap();
    whole.write(Format::Ndjson, Style::default(), &mut ndjson).unwrap();
    let json: Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(json["schema"], SCHEMA);
    let lines: Vec<Value> = String::from_utf8(ndjson).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(json["logs"], Value::Array(lines));
    assert_eq!(json["summary"], serde_json::json!({"logs": 2, "failed": 1, "succeeded": 1, "unknown": 0}));
}

#[test]
fn the_schema_refuses_what_the_contract_does_not_know() {
    let validator = jsonschema::validator_for(&schema("report-1")).unwrap();
    let log = report(b"npm error code E401\n");
    let mut value = serde_json::json!({"schema": SCHEMA, "tool": {"version": "0.1.0", "rules": 1}, "logs": [log],
        "summary": {"logs": 1, "failed": 1, "succeeded": 0, "unknown": 0}});
    assert!(validator.is_valid(&value));
    value["logs"][0]["outcome"] = "perhaps".into();
    assert!(!validator.is_valid(&value));
}
