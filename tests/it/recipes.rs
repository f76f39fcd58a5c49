//! The CI recipes: YAML that parses, commands that work.
//!
//! Scripts with lognosis in them run as they are written, with an `npm` that prints a recorded failure.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::{TempDir, tempdir};
use yaml_rust2::{Yaml, YamlLoader};

use crate::util::repository;

/// What `npm ci` prints here, and whether a retry can cure it.
const AGAIN: &str = "fixtures/npm/e503-npm11/console.txt";
const LASTING: &str = "fixtures/npm/e404-typo-npm11/console.txt";

fn recipe(name: &str) -> Yaml {
    let text = fs::read_to_string(repository(&format!("docs/recipes/{name}"))).unwrap();
    let mut documents = YamlLoader::load_from_str(&text).unwrap();
    assert_eq!(documents.len(), 1, "{name} is one document");
    documents.remove(0)
}

/// A folder with logs, and an `npm` that fails with what a recorded log says and counts its runs.
fn workplace(log: &str) -> TempDir {
    let folder = tempdir().unwrap();
    let bin = folder.path().join("bin");
    fs::create_dir(&bin).unwrap();
    fs::create_dir(folder.path().join("logs")).unwrap();
    fs::copy(repository(log), folder.path().join("logs/1.txt")).unwrap();
    let npm = bin.join("npm");
    fs::write(&npm, format!("#!/bin/sh\necho run >> runs\ncat '{}' >&2\nexit 1\n", repository(log).display())).unwrap();
    fs::set_permissions(&npm, fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

/// Runs a script as the runners do: bash with -e and pipefail.
fn run(script: &str, folder: &Path) -> Output {
    let program = assert_cmd::cargo::cargo_bin("lognosis");
    let path = format!("{}:{}:/usr/bin:/bin", folder.join("bin").display(), program.parent().unwrap().display());
    Command::new("bash")
        .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script])
        .current_dir(folder)
        .env_clear()
        .envs([("PATH", path.as_str()), ("RETRY_AFTER", "0")])
        .env("HOME", folder)
        .output()
        .unwrap()
}

fn tries(folder: &Path) -> usize {
    fs::read_to_string(folder.join("runs")).unwrap().lines().count()
}

fn step(job: &Yaml, name: &str) -> String {
    let steps = job["steps"].as_vec().unwrap();
    let step = steps.iter().find(|step| step["name"].as_str() == Some(name)).unwrap_or_else(|| panic!("no step {name}"));
    step["run"].as_str().unwrap().to_owned()
}

#[test]
fn the_github_job_retries_once_and_only_where_that_can_help() {
    let script = step(&recipe("github-actions.yml")["jobs"]["install"], "npm ci");
    for (log, code, runs) in [(AGAIN, 75, 2), (LASTING, 1, 1)] {
        let folder = workplace(log);
        let output = run(&script, folder.path());
        assert_eq!((output.status.code(), tries(folder.path())), (Some(code), runs), "{output:?}");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(told.contains("::error ") && told.contains("npm error code"), "annotations below npm's own output: {told}");
        let sarif: serde_json::Value = serde_json::from_slice(&fs::read(folder.path().join("npm.sarif")).unwrap()).unwrap();
        assert_eq!(sarif["version"], "2.1.0");
    }
}

#[test]
fn the_github_triage_writes_its_report() {
    let recipe = recipe("github-actions.yml");
    let job = &recipe["jobs"]["triage"];
    let folder = workplace(LASTING);
    let output = run(&step(job, "Triage"), folder.path());
    assert!(output.status.success(), "{output:?}");
    assert!(fs::read_to_string(folder.path().join("report.html")).unwrap().contains("left-cor"));
    assert!(fs::read_to_string(folder.path().join("summary.md")).unwrap().contains("1 failed"));
    let download = Command::new("bash").args(["-n", "-c", &step(job, "Download logs")]).status().unwrap();
    assert!(download.success());
}

#[test]
fn the_gitlab_job_writes_its_reports_and_the_code_that_is_retried() {
    let recipe = recipe("gitlab-ci.yml");
    let job = &recipe["install"];
    let lines: Vec<&str> = job["script"].as_vec().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    for (log, code) in [(AGAIN, 75), (LASTING, 1)] {
        let folder = workplace(log);
        let output = run(&lines.join("\n"), folder.path());
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        let retried = job["retry"]["exit_codes"].as_vec().unwrap().contains(&Yaml::Integer(code.into()));
        assert_eq!(retried, log == AGAIN);
        for report in ["junit", "codequality"] {
            let file = folder.path().join(job["artifacts"]["reports"][report].as_str().unwrap());
            assert!(fs::metadata(&file).unwrap().len() > 100, "{file:?}");
        }
    }
}
