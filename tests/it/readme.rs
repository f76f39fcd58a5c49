//! Commands and claims of README.md and docs/triage.md.
//!
//! A `console` block begins with `$ command` and goes on with what that prints. `LOGNOSIS_BLESS=1 cargo test readme` writes
//! the outputs anew. The commands of one document run one after the other in a folder of their own, which holds `fixtures`.

use std::fs;
use std::path::Path;
use std::process::Command;

use lognosis::catalog::CatalogBuilder;

use crate::util::{lognosis, repository};

/// Runs a command of a document, with the program that was just built and a terminal of 80 columns.
fn run(command: &str, folder: &Path) -> String {
    let program = assert_cmd::cargo::cargo_bin("lognosis");
    let programs = program.parent().unwrap().display().to_string();
    let output = Command::new("bash")
        .args(["-c", command])
        .current_dir(folder)
        .env("PATH", format!("{programs}:/usr/bin:/bin"))
        .env("HOME", folder)
        .env("COLUMNS", "80")
        .env("LC_ALL", "C")
        .env_remove("GITHUB_STEP_SUMMARY")
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// Checks, or writes anew, the outputs that a document shows. Gives the number of its commands.
#[cfg(unix)]
fn check_console_blocks(document: &str) -> usize {
    let path = repository(document);
    let text = fs::read_to_string(&path).unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(repository("fixtures"), folder.path().join("fixtures")).unwrap();
    let mut blessed = String::new();
    let mut rest = text.as_str();
    let mut blocks = 0;
    while let Some(at) = rest.find("```console\n$ ") {
        let (before, block) = rest.split_at(at + "```console\n".len());
        let end = block.find("```").unwrap();
        let command = block[2..].lines().next().unwrap();
        let output = run(command, folder.path());
        let shown = format!("$ {command}\n{output}");
        blessed.push_str(before);
        blessed.push_str(shown.trim_end());
        blessed.push('\n');
        rest = &block[end..];
        blocks += 1;
    }
    blessed.push_str(rest);
    if std::env::var_os("LOGNOSIS_BLESS").is_some() {
        fs::write(&path, &blessed).unwrap();
    } else {
        assert!(blessed == text, "the outputs in {document} are old: LOGNOSIS_BLESS=1 cargo test readme");
    }
    blocks
}

#[cfg(unix)]
#[test]
fn console_blocks_of_the_readme_show_what_the_program_prints() {
    assert!(check_console_blocks("README.md") >= 4);
}

#[cfg(unix)]
#[test]
fn console_blocks_of_the_triage_guide_show_what_the_program_prints() {
    assert!(check_console_blocks("docs/triage.md") >= 8);
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
            let target = text[at + 2..].split([')', '#']).next().unwrap();
            if !target.starts_with("http") && !target.is_empty() && !target.contains('{') {
                assert!(folder.join(target).exists(), "{document} names {target}, which does not exist");
            }
        }
    }
}
