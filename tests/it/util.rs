//! Shared helpers.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use assert_cmd::Command;
use lognosis::catalog::Catalog;
use lognosis::diagnose::{LogReport, Options, diagnose};
use lognosis::engine::{Engine, LogScanner};
use serde_json::Value;

/// A file of the repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The program, in an empty folder and without anything of this machine's configuration.
pub(crate) fn lognosis(folder: &Path) -> Command {
    let mut command = Command::cargo_bin("lognosis").expect("the binary is built");
    command.current_dir(folder).env_clear().env("HOME", folder).env("PATH", "/usr/bin:/bin");
    command
}

/// One engine over the built-in rules for all tests, so that each regex is compiled once.
pub(crate) fn engine() -> &'static Engine<'static> {
    static ENGINE: LazyLock<Engine<'static>> =
        LazyLock::new(|| Engine::new(Catalog::builtin()).expect("the built-in rules make an engine"));
    &ENGINE
}

/// Diagnoses a log with the built-in rules.
pub(crate) fn report(log: &[u8]) -> LogReport {
    report_with(engine(), log, usize::MAX)
}

/// Diagnoses a log that arrives in chunks.
pub(crate) fn report_with(engine: &Engine<'_>, log: &[u8], chunk: usize) -> LogReport {
    let mut scanner = LogScanner::new(engine);
    for piece in log.chunks(chunk.clamp(1, log.len().max(1))) {
        scanner.push(piece);
    }
    diagnose(engine, "log", &scanner.finish(), &Options::default())
}

/// All files below a folder, sorted.
pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = walk(folder);
    files.sort();
    files
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder of the repository") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(walk(&path));
        } else {
            files.push(path);
        }
    }
    files
}

/// A schema of `docs`: `report-1`.
pub(crate) fn schema(name: &str) -> Value {
    let path = repository(&format!("docs/{name}.schema.json"));
    serde_json::from_str(&std::fs::read_to_string(path).expect("a schema of docs")).expect("JSON")
}

/// Asserts that a value keeps a schema of `docs`.
pub(crate) fn check(value: &Value, name: &str) {
    let validator = jsonschema::validator_for(&schema(name)).expect("a schema");
    let wrong: Vec<String> = validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(wrong.is_empty(), "{wrong:?} in {value:#}");
}
