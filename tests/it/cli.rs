//! The program: pipes, paths, exit codes, messages.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use tempfile::tempdir;

use crate::util::{lognosis, repository};

const E401: &str = "npm error code E401\nnpm error Unable to authenticate, need: Basic realm=\"x\"\n";
const FINE: &str = "\nadded 5 packages in 2s\n";

#[test]
fn a_pipe_passes_every_byte_and_then_tells() {
    let folder = tempdir().unwrap();
    let mut input = b"prompt? \x1b[31mred\x1b[0m\r 50%\r100%\n\xff\xfe\0binary\n".to_vec();
    input.extend_from_slice(E401.as_bytes());
    let output = lognosis(folder.path()).write_stdin(input.clone()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.starts_with(&input));
    let told = String::from_utf8_lossy(&output.stdout[input.len()..]).into_owned();
    assert!(told.starts_with("\n\u{2500}\u{2500} lognosis "), "{told}");
    assert!(told.contains("E401"));
}

#[test]
fn quiet_and_machine_formats_pass_nothing_through() {
    let folder = tempdir().unwrap();
    let quiet = lognosis(folder.path()).arg("--quiet").write_stdin(E401).output().unwrap();
    assert!(!String::from_utf8(quiet.stdout).unwrap().contains("npm error code E401\nnpm error Unable"));
    let json = lognosis(folder.path()).args(["--format", "json"]).write_stdin(E401).output().unwrap();
    let value: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(value["logs"][0]["diagnoses"][0]["rule"], "npm/e401");
    assert_eq!(value["logs"][0]["path"], "-");
}

#[test]
fn a_byte_that_comes_is_a_byte_that_goes_on() {
    let folder = tempdir().unwrap();
    let mut child = Command::new(assert_cmd::cargo::cargo_bin("lognosis"))
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = child.stdout.take().unwrap();
    // A prompt without a line end, and the end of the input is far away.
    input.write_all(b"? ok to proceed (y) ").unwrap();
    let mut seen = [0; 20];
    std::io::Read::read_exact(&mut output, &mut seen).unwrap();
    assert_eq!(&seen, b"? ok to proceed (y) ");
    drop(input);
    child.wait().unwrap();
}

#[cfg(unix)]
#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let folder = tempdir().unwrap();
    let log = folder.path().join("big.log");
    fs::write(&log, "a line of a log\n".repeat(200_000)).unwrap();
    let program = assert_cmd::cargo::cargo_bin("lognosis");
    let script = format!("set -o pipefail; cat {} | {} | head -n 1", log.display(), program.display());
    let output = Command::new("bash").args(["-c", &script]).output().unwrap();
    assert_eq!(output.stdout, b"a line of a log\n");
    assert!(!String::from_utf8_lossy(&output.stderr).contains("lognosis"), "{output:?}");
}

#[test]
fn an_empty_pipe_is_told() {
    let folder = tempdir().unwrap();
    let output = lognosis(folder.path()).write_stdin("").output().unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(0), 0));
    assert!(String::from_utf8_lossy(&output.stderr).contains("2>&1"));
}

#[test]
fn a_bad_input_never_stops_the_others() {
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("bad.log"), E401).unwrap();
    fs::write(folder.path().join("good.log"), FINE).unwrap();
    fs::write(folder.path().join("empty.log"), "").unwrap();
    fs::write(folder.path().join("image.log"), [0x89, b'P', 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0]).unwrap();
    let output = lognosis(folder.path()).args(["scan", "bad.log", "missing.log", "image.log", "empty.log", "good.log"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(out.contains("E401") && out.contains("good.log: no failure") && out.contains("empty.log: empty"), "{out}");
    assert!(out.contains("3 logs: 1 failed, 1 succeeded, 1 do not tell"), "{out}");
    assert!(err.contains("missing.log") && err.contains("image.log is not a text file"), "{err}");
}

#[test]
fn folders_globs_and_bare_paths_are_scanned() {
    let folder = tempdir().unwrap();
    fs::create_dir_all(folder.path().join("a/b")).unwrap();
    fs::write(folder.path().join("a/b/one.log"), E401).unwrap();
    fs::write(folder.path().join("a/two.txt"), FINE).unwrap();
    fs::write(folder.path().join("a/code.js"), "throw new Error('npm ERR! code E401')").unwrap();
    for paths in [vec!["a"], vec!["a/**/*.log", "a/*.txt"], vec!["a/b/one.log", "a/two.txt"]] {
        let output = lognosis(folder.path()).args(&paths).output().unwrap();
        let out = String::from_utf8(output.stdout).unwrap();
        assert!(out.contains("2 logs: 1 failed, 1 succeeded"), "{paths:?}: {out}");
        assert_eq!(output.status.code(), Some(1));
    }
    let none = lognosis(folder.path()).args(["scan", "a/*.zip"]).output().unwrap();
    assert_eq!(none.status.code(), Some(2));
}

#[test]
fn half_a_log_and_windows_logs_are_read() {
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("half.log"), "npm error code E401\nnpm error Unable to auth").unwrap();
    fs::write(folder.path().join("crlf.log"), E401.replace('\n', "\r\n")).unwrap();
    let wide: Vec<u8> = format!("\u{feff}{E401}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    fs::write(folder.path().join("utf16.log"), wide).unwrap();
    let output = lognosis(folder.path()).args(["--format", "ndjson", "half.log", "crlf.log", "utf16.log"]).output().unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    assert_eq!(out.lines().count(), 3);
    for line in out.lines() {
        let log: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!((&log["outcome"], &log["diagnoses"][0]["rule"]), (&"failed".into(), &"npm/e401".into()), "{}", log["path"]);
    }
}

#[test]
fn the_order_of_logs_does_not_depend_on_threads() {
    let folder = repository("fixtures/npm");
    let run = |jobs: &str| lognosis(&folder).args(["scan", ".", "--format", "json", "--jobs", jobs]).output().unwrap().stdout;
    assert_eq!(run("1"), run("4"));
}

#[test]
fn nothing_of_a_log_reaches_the_terminal_as_a_command() {
    let folder = tempdir().unwrap();
    fs::write(
        folder.path().join("a.log"),
        "npm error code E404\nnpm error 404 Not Found - GET https://r.example/\u{202e}\u{7}x\u{1b}]0;t - \n",
    )
    .unwrap();
    let output = lognosis(folder.path()).args(["--color", "never", "a.log"]).output().unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    assert!(out.contains("E404"));
    assert!(!out.chars().any(|c| c.is_control() && c != '\n' || c == '\u{202e}'), "{out:?}");
}

#[test]
fn secrets_of_a_log_are_not_told() {
    let folder = tempdir().unwrap();
    let token = format!("npm_{}", "a1B2".repeat(9));
    let log =
        format!("npm error code E401\nnpm error 401 Unauthorized - GET https://bob:hunter2@r.example/@acme%2fui - bad token {token}\n");
    fs::write(folder.path().join("a.log"), log).unwrap();
    for format in ["human", "json"] {
        let output = lognosis(folder.path()).args(["--format", format, "a.log"]).output().unwrap();
        let out = String::from_utf8(output.stdout).unwrap();
        assert!(out.contains("E401") && !out.contains(&token) && !out.contains("hunter2"), "{out}");
    }
    let shown = lognosis(folder.path()).args(["--no-redact", "--format", "json", "a.log"]).output().unwrap();
    assert!(String::from_utf8(shown.stdout).unwrap().contains("hunter2"));
}

#[test]
fn reports_fit_eighty_columns_and_obey_colour_settings() {
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("a.log"), E401).unwrap();
    let plain = lognosis(folder.path()).arg("a.log").output().unwrap().stdout;
    let plain = String::from_utf8(plain).unwrap();
    assert!(!plain.contains('\u{1b}'));
    let commands = |line: &&str| line.starts_with("       ") || line.starts_with("      https");
    let long: Vec<&str> = plain.lines().filter(|line| !commands(line)).filter(|line| line.chars().count() > 80).collect();
    assert!(long.is_empty(), "{long:?}");
    let forced = lognosis(folder.path()).env("CLICOLOR_FORCE", "1").arg("a.log").output().unwrap().stdout;
    assert!(forced.contains(&0x1b));
    let both = lognosis(folder.path()).env("NO_COLOR", "1").args(["--color", "always", "a.log"]).output().unwrap().stdout;
    assert!(both.contains(&0x1b));
}

#[test]
fn explain_finds_codes_rules_words_and_near_misses() {
    let folder = tempdir().unwrap();
    for query in [vec!["E401"], vec!["e401"], vec!["npm/e401"]] {
        let output = lognosis(folder.path()).arg("explain").args(&query).output().unwrap();
        assert!(String::from_utf8(output.stdout).unwrap().contains("rule: `npm/e401`"), "{query:?}");
    }
    let words = lognosis(folder.path()).args(["explain", "credentials", "that", "accepts"]).output().unwrap();
    assert!(String::from_utf8(words.stdout).unwrap().contains("npm/e401"));
    let near = lognosis(folder.path()).args(["explain", "E4O1"]).output().unwrap();
    assert_eq!(near.status.code(), Some(2));
    assert!(String::from_utf8(near.stderr).unwrap().contains("did you mean E401"));
}

#[test]
fn a_wrong_rule_file_is_told_with_every_mistake() {
    let folder = tempdir().unwrap();
    fs::write(
        folder.path().join("bad.toml"),
        "schema = 1\n[[rule]]\nid = \"a/b\"\ntitel = \"x\"\nfamily = \"atuh\"\n[[rule.signature]]\npattern = '(unclosed'\n",
    )
    .unwrap();
    let output = lognosis(folder.path()).args(["rules", "check", "bad.toml"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let out = String::from_utf8(output.stdout).unwrap();
    for part in ["bad.toml:4", "unknown key `titel`", "did you mean `title`", "did you mean `auth`", "unclosed group"] {
        assert!(out.contains(part), "{part} in {out}");
    }
}

#[test]
fn signatures_that_cannot_work_are_told() {
    let folder = tempdir().unwrap();
    let rule = |id: &str, pattern: &str| {
        format!(
            "[[rule]]\nid = \"{id}\"\ntitle = \"t\"\nsummary = \"s\"\nfamily = \"deploy\"\nowner = \"you\"\ntransient = \"no\"\nsince = \"0.1.0\"\n[[rule.signature]]\npattern = '{pattern}'\n[[rule.cause]]\nid = \"c\"\ntitle = \"t\"\n[[rule.cause.step]]\ntext = \"x\"\n"
        )
    };
    let text = format!(
        "schema = 1\n{}{}{}",
        rule("a/dead", "^npm ERR! code EDEAD"),
        rule("a/one", "the same line"),
        rule("a/two", "the same line")
    );
    fs::write(folder.path().join("mine.toml"), text).unwrap();
    let output = lognosis(folder.path()).args(["rules", "check", "mine.toml"]).output().unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    for part in ["L018", "this is taken off a line", "L019", "`a/one` has the same signature", "`a/two` has the same signature"] {
        assert!(out.contains(part), "{part} in {out}");
    }
}

#[test]
fn own_rules_win_and_project_rules_are_found() {
    let folder = tempdir().unwrap();
    let rule = |title: &str| {
        format!(
            "schema = 1\n[[rule]]\nid = \"acme/vault\"\ntitle = \"{title}\"\nsummary = \"s\"\nfamily = \"deploy\"\nowner = \"you\"\ntransient = \"no\"\nsince = \"0.1.0\"\n[[rule.signature]]\npattern = 'vault is sealed'\n[[rule.cause]]\nid = \"c\"\ntitle = \"t\"\n[[rule.cause.step]]\ntext = \"Unseal it\"\n"
        )
    };
    fs::write(folder.path().join(".lognosis.toml"), rule("from the project")).unwrap();
    fs::write(folder.path().join("own.toml"), rule("from the command line")).unwrap();
    fs::write(folder.path().join("a.log"), "vault is sealed\n").unwrap();
    let title = |args: &[&str]| String::from_utf8(lognosis(folder.path()).args(args).arg("a.log").output().unwrap().stdout).unwrap();
    assert!(title(&["scan"]).contains("from the project"));
    assert!(title(&["scan", "--rules", "own.toml"]).contains("from the command line"));
    assert!(!title(&["scan", "--no-local"]).contains("from the"));
}

#[test]
fn reports_go_to_files_whole_or_not_at_all() {
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("a.log"), E401).unwrap();
    let output = lognosis(folder.path()).args(["scan", "a.log", "-o", "out.json", "-o", "ndjson:lines"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stdout).unwrap().contains("E401"));
    let json: serde_json::Value = serde_json::from_str(&fs::read_to_string(folder.path().join("out.json")).unwrap()).unwrap();
    assert_eq!(json["summary"]["failed"], 1);
    assert_eq!(fs::read_to_string(folder.path().join("lines")).unwrap().lines().count(), 1);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
    let bad = lognosis(folder.path()).args(["scan", "a.log", "-o", "no/such/folder/out.json"]).output().unwrap();
    assert_eq!(bad.status.code(), Some(2));
}

#[test]
fn the_newest_failed_run_is_found_in_npms_folder() {
    let folder = tempdir().unwrap();
    let logs = folder.path().join(".npm/_logs");
    fs::create_dir_all(&logs).unwrap();
    let failed = fs::read(repository("fixtures/npm/e401-wrong-token-npm11/debug.log")).unwrap();
    let fine = fs::read(repository("fixtures/npm/ok-deprecated-npm12/debug.log")).unwrap();
    fs::write(logs.join("2026-01-15T10_20_30_123Z-debug-0.log"), &failed).unwrap();
    fs::write(logs.join("2026-01-16T10_20_30_123Z-debug-0.log"), fine).unwrap();
    let output = lognosis(folder.path()).args(["scan", "~/.npm/_logs"]).output().unwrap();
    assert!(String::from_utf8(output.stdout).unwrap().contains("2 logs: 1 failed, 1 succeeded"));
}

#[test]
fn the_triage_ranks_causes() {
    let folder = tempdir().unwrap();
    for number in 0..3 {
        fs::write(folder.path().join(format!("{number}.log")), E401).unwrap();
    }
    fs::write(folder.path().join("fine.log"), FINE).unwrap();
    fs::write(folder.path().join("odd.log"), "##[group]Run make\nmake: *** boom\n##[error]Process completed with exit code 2.\n").unwrap();
    let output = lognosis(folder.path()).args(["triage", ".", "--format", "json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let triage: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(triage["causes"][0]["logs"], 3);
    assert_eq!(triage["unknown"][0]["path"], "./odd.log");
    assert_eq!(triage["summary"], serde_json::json!({"logs": 5, "failed": 4, "succeeded": 1, "unknown": 0}));
    let table = lognosis(folder.path()).args(["triage", "."]).output().unwrap();
    assert!(String::from_utf8(table.stdout).unwrap().contains("75%"));
}

#[cfg(not(feature = "parquet"))]
#[test]
fn a_format_that_is_not_built_in_is_refused_before_any_work() {
    let folder = tempdir().unwrap();
    for args in [["--format", "parquet"], ["-o", "x.parquet"]] {
        let assert = lognosis(folder.path()).args(["triage", "none"]).args(args).assert().code(2);
        let stderr = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
        assert!(stderr.contains("built without parquet") && stderr.contains("--features parquet"), "{stderr}");
    }
}

#[test]
fn a_profile_tells_what_rules_cost() {
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("a.log"), E401).unwrap();
    let output = lognosis(folder.path()).args(["rules", "profile", "--format", "json", "--limit", "500", "a.log"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8(output.stdout).unwrap();
    let rows: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let row = rows.iter().find(|row| row["rule"] == "npm/e401").unwrap();
    assert!(row["hits"].as_u64() > Some(0) && row["candidates"].as_u64() >= row["hits"].as_u64(), "{row}");
    let table = lognosis(folder.path()).args(["rules", "profile", "a.log"]).output().unwrap();
    let table = String::from_utf8(table.stdout).unwrap();
    assert!(table.contains("npm/e401") && table.contains("1 log. "), "{table}");
}
