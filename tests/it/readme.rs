//! Commands and claims of README.md.
//!
//! A `console` block begins with `$ command` and goes on with what that prints. `LOGNOSIS_BLESS=1 cargo test readme` writes
//! the outputs anew.

use std::fs;
use std::process::Command;

use lognosis::catalog::CatalogBuilder;

use crate::util::{lognosis, repository};

/// Runs a command of the README in the repository, with the program that was just built.
fn run(command: &str) -> String {
    let home = tempfile::tempdir().unwrap();
    let program = assert_cmd::cargo::cargo_bin("lognosis");
    let folder = program.parent().unwrap().display().to_string();
    let output = Command::new("bash")
        .args(["-c", command])
        .current_dir(repository(""))
        .env("PATH", format!("{folder}:/usr/bin:/bin"))
        .env("HOME", home.path())
        .env_remove("COLUMNS")
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[cfg(unix)]
#[test]
fn console_blocks_show_what_the_program_prints() {
    let path = repository("README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let mut blessed = String::new();
    let mut rest = readme.as_str();
    let mut blocks = 0;
    while let Some(at) = rest.find("```console\n$ ") {
        let (before, block) = rest.split_at(at + "```console\n".len());
        let end = block.find("```").unwrap();
        let command = block[2..].lines().next().unwrap();
        let output = run(command);
        blessed.push_str(before);
        blessed.push_str(&format!("$ {command}\n{}\n", output.trim_end()));
        rest = &block[end..];
        blocks += 1;
    }
    blessed.push_str(rest);
    assert!(blocks >= 4);
    if std::env::var_os("LOGNOSIS_BLESS").is_some() {
        fs::write(&path, &blessed).unwrap();
    } else {
        assert!(blessed == readme, "the outputs in README.md are old: LOGNOSIS_BLESS=1 cargo test readme");
    }
}

#[test]
fn the_example_rule_loads_and_its_examples_pass() {
    let readme = fs::read_to_string(repository("README.md")).unwrap();
    let (_, rest) = readme.split_once("```toml\n").unwrap();
    let (rule, _) = rest.split_once("```").unwrap();
    let mut builder = CatalogBuilder::new();
    builder.add("README.md", rule);
    let (catalog, warnings) = builder.finish().unwrap();
    assert_eq!((catalog.rules().len(), warnings.len()), (1, 0), "{warnings:?}");
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("mine.toml"), rule).unwrap();
    lognosis(folder.path()).args(["rules", "test", "mine.toml"]).assert().success();
}

#[test]
fn files_that_the_documents_name_exist() {
    for document in ["README.md", "CONTRIBUTING.md", "rules/README.md", "docs/triage.md", "docs/performance.md"] {
        let text = fs::read_to_string(repository(document)).unwrap_or_else(|_| panic!("{document} is missing"));
        let folder = repository(document).parent().unwrap().to_owned();
        for (at, _) in text.match_indices("](") {
            let target = text[at + 2..].split(')').next().unwrap();
            if !target.starts_with("http") && !target.starts_with('#') && !target.contains('{') {
                assert!(folder.join(target).exists(), "{document} names {target}, which does not exist");
            }
        }
    }
}
