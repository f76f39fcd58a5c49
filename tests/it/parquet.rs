//! Reports as Apache Parquet, read back by the reader of the crate.

use std::fs::File;
use std::path::Path;

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row};
use tempfile::tempdir;

use crate::util::lognosis;

const E401: &str = "\u{feff}2026-11-20T10:11:12.1234567Z Complete job name: build (20)
2026-11-20T10:11:13.1234567Z npm error code E401
2026-11-20T10:11:13.1234567Z npm error 401 Unauthorized - GET https://npm.pkg.github.com/@acme%2fui - unauthenticated
2026-11-20T10:12:14.1234567Z ##[error]Process completed with exit code 1.
";

/// The rows of a file, each with the names and values that are not null.
fn rows(path: &Path) -> Vec<Vec<(String, Field)>> {
    let reader = SerializedFileReader::new(File::open(path).unwrap()).unwrap();
    let told = |row: Row| row.get_column_iter().map(|(name, field)| (name.clone(), field.clone())).collect::<Vec<_>>();
    let rows = reader.get_row_iter(None).unwrap().map(|row| told(row.unwrap()));
    rows.map(|row| row.into_iter().filter(|(_, field)| *field != Field::Null).collect()).collect()
}

fn value<'r>(row: &'r [(String, Field)], name: &str) -> Option<&'r Field> {
    row.iter().find(|(known, _)| known == name).map(|(_, field)| field)
}

fn text(row: &[(String, Field)], name: &str) -> String {
    match value(row, name) {
        Some(Field::Str(text)) => text.clone(),
        other => panic!("{name} is {other:?}"),
    }
}

fn archive() -> tempfile::TempDir {
    let folder = tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("a.log", E401);
    write("b.log", "added 5 packages in 2s\n");
    write("c.log", "deploy: the vault is sealed\n##[error]Process completed with exit code 2.\n");
    folder
}

#[test]
fn scan_and_triage_give_the_same_typed_table() {
    let folder = archive();
    let run = |args: &[&str]| lognosis(folder.path()).args(args).args(["--quiet", "--fail-on", "never"]).assert().success();
    run(&["scan", ".", "-o", "scan.parquet"]);
    run(&["triage", ".", "-o", "parquet:triage.table"]);
    let stdout = run(&["triage", ".", "--format", "parquet"]).get_output().stdout.clone();
    std::fs::write(folder.path().join("stdout"), stdout).unwrap();
    let table = rows(&folder.path().join("scan.parquet"));
    assert_eq!(table, rows(&folder.path().join("triage.table")));
    assert_eq!(table, rows(&folder.path().join("stdout")));
    let row = |log: &str| table.iter().find(|row| text(row, "path").ends_with(log)).unwrap().clone();
    let a = row("a.log");
    assert_eq!((text(&a, "rule").as_str(), text(&a, "role").as_str(), text(&a, "code").as_str()), ("npm/e401", "root", "E401"));
    assert_eq!(text(&a, "job"), "build (20)");
    assert_eq!(value(&a, "first_seen"), Some(&Field::TimestampMillis(1_795_169_472_000)));
    assert_eq!((value(&a, "seconds"), value(&a, "first_line")), (Some(&Field::Long(62)), Some(&Field::Long(2))));
    let captures: serde_json::Value = serde_json::from_str(&text(&a, "captures")).unwrap();
    assert_eq!(captures["host"], "npm.pkg.github.com");
    let b = row("b.log");
    assert_eq!((text(&b, "outcome").as_str(), value(&b, "rule"), value(&b, "first_seen")), ("succeeded", None, None));
    let c = row("c.log");
    assert_eq!((text(&c, "rule").as_str(), text(&c, "text").as_str()), ("lognosis/unknown-failure", "deploy: the vault is sealed"));
}

#[test]
fn logs_of_another_period_are_not_in_the_table() {
    let folder = archive();
    let args = ["triage", ".", "--since", "2026-11-21", "-o", "x.parquet", "--format", "json"];
    lognosis(folder.path()).args(args).assert().success();
    assert!(rows(&folder.path().join("x.parquet")).is_empty());
}

#[test]
fn a_table_that_cannot_be_written_leaves_nothing_behind() {
    let folder = archive();
    let assert = lognosis(folder.path()).args(["triage", ".", "-o", "none/x.parquet"]).assert().code(2);
    assert!(String::from_utf8_lossy(&assert.get_output().stderr).contains("cannot write none/x.parquet"));
    std::fs::create_dir(folder.path().join("folder.parquet")).unwrap();
    lognosis(folder.path()).args(["triage", ".", "-o", "folder.parquet"]).assert().code(2);
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().ends_with(".tmp")), "{left:?}");
}
