//! Reports for issues, CI systems and spreadsheets: exact bytes, the structure that their readers want, text that stays text.

mod canned;
mod structure;

use std::fs;
use std::process::Command;

use lognosis::catalog::Transience;
use lognosis::diagnose::{LogReport, Outcome};
use lognosis::report::{Format, InputError, terminal_safe};
use proptest::prelude::*;
use tempfile::tempdir;

use crate::util::{lognosis, repository};
use canned::{NASTY, canned, log, nasty, one, scan, triage};

const FORMATS: [Format; 6] = [Format::Markdown, Format::Junit, Format::Github, Format::Gitlab, Format::Azure, Format::Csv];
/// A failure that running again may cure, and one that it will not.
const TRANSIENT: &str = "npm error code EAI_AGAIN\nnpm error request to https://registry.npmjs.org/x failed, reason: getaddrinfo EAI_AGAIN registry.npmjs.org\n";
const LASTING: &str = "npm error code E401\nnpm error Unable to authenticate, need: Basic realm=\"x\"\n";

#[test]
fn the_bytes_of_each_format() {
    for format in FORMATS {
        for (kind, write) in [("scan", scan as fn(Format, &[LogReport], &[InputError]) -> String), ("triage", triage)] {
            let mut all = String::new();
            for (name, logs, errors) in canned() {
                // Snapshots are read line by line, and CSV ends its lines in its own way.
                let text = write(format, &logs, &errors).replace("\r\n", "\u{240d}\n");
                all.push_str(&format!("===== {name}\n{text}"));
            }
            insta::assert_snapshot!(format!("{}_{kind}", format.name()), all);
        }
    }
}

/// All formats of a scan and a triage are read without a complaint.
fn check(logs: &[LogReport], errors: &[InputError]) {
    for write in [scan, triage] {
        let write = |format| write(format, logs, errors);
        structure::markdown(&write(Format::Markdown));
        structure::junit(&write(Format::Junit));
        structure::github(&write(Format::Github));
        structure::gitlab(&write(Format::Gitlab));
        structure::azure(&write(Format::Azure));
        structure::csv(&write(Format::Csv));
    }
}

#[test]
fn canned_reports_have_the_structure_that_readers_want() {
    for (_, logs, errors) in canned() {
        check(&logs, &errors);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_stays_text(pieces in proptest::collection::vec(
        prop_oneof![
            proptest::sample::select(vec![
                "`", "```", "~~~", "|", "\\", "\n", "\r", "\t", " ", "  ", "]]>", "<", ">", "&", "\"", "'", "::", "::error::", "##vso[", "##[",
                "]", ";", "%", "%0A", "%AZP25", ",", "=", "+", "-", "@", "#", "1. ", "* ", "_", "**", "[a](b)", "![", "$", "$$", "<!--", "-->",
                "<b>", "http://x.y", "\u{1b}[1m", "\u{202e}", "\u{fffe}", "\u{0}", "\u{85}", "a", "word", "\u{1f600}", "\u{ff1d}",
            ]).prop_map(str::to_owned),
            "\\PC{0,6}",
        ],
        0..12,
    )) {
        let text = pieces.concat();
        let errors = [InputError { message: text.clone(), hint: None }];
        check(&nasty(&text), &errors);
    }
}

#[test]
fn markdown_keeps_log_text_in_its_place() {
    let logs = nasty(NASTY);
    let seen = structure::markdown(&scan(Format::Markdown, &logs[..1], &[]));
    assert_eq!(seen.headings, 1);
    let safe = terminal_safe(NASTY).into_owned();
    let evidence = &seen.blocks.iter().find(|block| block.starts_with("1 | ")).unwrap();
    assert!(evidence.lines().all(|line| line.split_once(" | ").is_some_and(|(_, text)| text == safe)), "{evidence}");
    // Four steps with a command and a check: nothing else opened or closed a fence.
    assert_eq!(seen.blocks.len(), 5);
    assert_eq!(seen.links, ["https://vault.example/sealed?a=b&c=d"]);
    assert!(seen.text.contains("<script>alert(1)</script>"));
    // The spaces of no width are all that is added.
    let plain = seen.text.replace('\u{200b}', "");
    assert!(plain.contains("@acme/ui #1 [x](https://evil.example) ![i](y) *b* _i_ &lt;"), "{plain}");
}

#[test]
fn junit_keeps_the_schema_of_jenkins() {
    if Command::new("xmllint").arg("--version").output().is_err() {
        // Without libxml2 the structure above is all that is checked.
        return;
    }
    let folder = tempdir().unwrap();
    let schema = repository("fixtures/schemas/junit-jenkins.xsd");
    for write in [scan, triage] {
        for (name, logs, errors) in canned() {
            let path = folder.path().join("junit.xml");
            fs::write(&path, write(Format::Junit, &logs, &errors)).unwrap();
            let output = Command::new("xmllint").args(["--noout", "--nonet", "--schema"]).arg(&schema).arg(&path).output().unwrap();
            assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        }
    }
}

#[test]
fn junit_tells_failed_unknown_and_good_logs_apart() {
    let logs = nasty("x");
    let errors = [InputError { message: "cannot read y".to_owned(), hint: None }];
    let text = scan(Format::Junit, &logs, &errors);
    let document = structure::junit(&text);
    let suites: Vec<_> = document.descendants().filter(|node| node.has_tag_name("testsuite")).collect();
    let counts: Vec<_> = suites.iter().map(|suite| (suite.attribute("failures").unwrap(), suite.attribute("errors").unwrap())).collect();
    assert_eq!(counts, [("1", "0"), ("2", "0"), ("1", "0"), ("0", "0"), ("0", "1"), ("0", "1")]);
    let nasty = scan(Format::Junit, &nasty(NASTY)[..1], &[]);
    let document = structure::junit(&nasty);
    let failure = document.descendants().find(|node| node.has_tag_name("failure")).unwrap();
    assert_eq!(failure.attribute("message").unwrap(), terminal_safe(NASTY).replace('\u{ffff}', "\\u{ffff}"));
}

#[test]
fn junit_has_the_time_of_the_log() {
    let mut log = one();
    let times: Vec<String> = [Some("2026-11-20 10:11:12.345Z"), Some("2026-02-30T10:11:12"), Some("noon"), None]
        .map(|stamp| {
            log.first_seen = stamp.map(str::to_owned);
            let text = scan(Format::Junit, std::slice::from_ref(&log), &[]);
            structure::junit(&text).descendants().find_map(|node| node.attribute("timestamp").map(str::to_owned)).unwrap()
        })
        .into();
    assert_eq!(times, ["2026-11-20T10:11:12", "1970-01-01T00:00:00", "1970-01-01T00:00:00", "1970-01-01T00:00:00"]);
}

#[test]
fn github_gets_no_more_than_it_shows() {
    let mut logs: Vec<LogReport> = (0..15).map(|number| LogReport { path: format!("./{number}.log"), ..one() }).collect();
    // A second failure beside the first log's answer must not take the place of another log's answer.
    let second = logs[0].diagnoses[0].clone();
    logs[0].diagnoses.push(second);
    let annotations = structure::github(&scan(Format::Github, &logs, &[]));
    assert_eq!(annotations.len(), 11);
    let files: Vec<&str> = annotations[..10].iter().map(|annotation| annotation.properties["file"].as_str()).collect();
    assert_eq!(files[..3], ["0.log", "1.log", "2.log"]);
    assert!(annotations[10].command == "notice" && annotations[10].message.starts_with("6 more findings"));
    let long = nasty(&"100% \u{1f600}\n".repeat(5000));
    let text = scan(Format::Github, &long[..1], &[]);
    let longest = structure::github(&text).remove(0).message.encode_utf16().count();
    assert!(longest > 2000 && text.lines().all(|line| !line.contains("%\u{2026}") && !line.contains("%2\u{2026}")), "{longest}");
}

#[test]
fn github_and_azure_get_the_text_back() {
    let logs = nasty(NASTY);
    let annotation = structure::github(&scan(Format::Github, &logs[..1], &[])).remove(0);
    assert!(terminal_safe(NASTY).starts_with(annotation.properties["title"].trim_end_matches('\u{2026}')));
    assert!(annotation.message.contains(&*terminal_safe(NASTY)) && annotation.message.ends_with("\nretry: depends"));
    let (properties, message) = structure::azure(&scan(Format::Azure, &logs[..1], &[])).remove(0);
    assert!(terminal_safe(NASTY).starts_with(properties["code"].trim_end_matches('\u{2026}')));
    assert!(message.contains(&*terminal_safe(NASTY)) && message.ends_with("\nretry: depends"));
}

#[test]
fn gitlab_names_a_failure_alike_in_each_run() {
    let fingerprint = |text: &[u8]| structure::gitlab(&scan(Format::Gitlab, &[log("a.log", text)], &[]))[0]["fingerprint"].clone();
    let first = fingerprint(b"vault v1 is sealed (E7)\n");
    assert_eq!(first, fingerprint(b"noise\nnoise\nvault v1 is sealed (E7)\n"));
    assert_ne!(first, fingerprint(b"vault v1 is sealed (E8)\n"));
    // Two of a kind in one log, and the same failure in two logs.
    let mut logs = [one(), one()];
    let again = logs[0].diagnoses[0].clone();
    logs[0].diagnoses.push(again);
    logs[1].path = "other.log".to_owned();
    assert_eq!(structure::gitlab(&scan(Format::Gitlab, &logs, &[])).len(), 3);
}

#[test]
fn csv_has_a_row_for_every_log() {
    let rows = structure::csv(&scan(Format::Csv, &nasty(NASTY), &[InputError { message: "cannot read x".to_owned(), hint: None }]));
    let outcomes: Vec<&str> = rows.iter().map(|row| row[1].as_str()).collect();
    assert_eq!(outcomes, ["outcome", "failed", "failed", "failed", "failed", "failed", "succeeded", "unknown", "unreadable"]);
    assert_eq!(rows[1][6], *terminal_safe(NASTY));
    assert!(rows[2][0].starts_with("'=") && rows[6][0] == "'@fine.log" && rows[7][0] == "'-");
}

#[test]
fn retry_is_told_in_every_machine_format() {
    let mut logs = [one()];
    logs[0].retry = Some(Transience::Yes);
    logs[0].diagnoses[0].transient = Transience::Yes;
    for (format, told) in [
        (Format::Json, "\"retry\": \"yes\""),
        (Format::Ndjson, "\"retry\":\"yes\""),
        (Format::Junit, "<property name=\"retry\" value=\"yes\"/>"),
        (Format::Github, "%0Aretry: yes"),
        (Format::Gitlab, "\"retry\": \"yes\""),
        (Format::Azure, "%0Aretry: yes"),
        (Format::Csv, ",failed,yes,root,"),
    ] {
        assert!(scan(format, &logs, &[]).contains(told), "{}", format.name());
    }
}

#[test]
fn retry_is_no_better_than_the_worst_root() {
    let retry = |text: &str| log("a.log", text.as_bytes()).retry;
    assert_eq!(retry(TRANSIENT), Some(Transience::Yes));
    assert_eq!(retry(LASTING), Some(Transience::No));
    assert_eq!(retry("vault v1 is sealed (E7)\n"), Some(Transience::Depends));
    assert_eq!(retry("added 5 packages in 2s\n"), None);
    let both = log("a.log", format!("{TRANSIENT}\n$ npm publish\n{LASTING}").as_bytes());
    if both.outcome == Outcome::Failed && both.roots().count() > 1 {
        assert_eq!(both.retry, Some(Transience::No));
    }
}

#[test]
fn a_job_can_retry_on_the_exit_code() {
    let folder = tempdir().unwrap();
    for (name, text) in [("again.log", TRANSIENT), ("lasting.log", LASTING), ("fine.log", "added 5 packages in 2s\n")] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let code = |args: &[&str]| lognosis(folder.path()).args(args).output().unwrap().status.code();
    for command in ["scan", "triage"] {
        assert_eq!(code(&[command, "again.log"]), Some(1));
        assert_eq!(code(&[command, "--transient-exit", "75", "again.log"]), Some(75));
        assert_eq!(code(&[command, "--transient-exit", "75", "again.log", "fine.log"]), Some(75));
        assert_eq!(code(&[command, "--transient-exit", "75", "again.log", "lasting.log"]), Some(1));
        assert_eq!(code(&[command, "--transient-exit", "75", "again.log", "missing.log"]), Some(2));
        assert_eq!(code(&[command, "--transient-exit", "75", "fine.log"]), Some(0));
        assert_eq!(code(&[command, "--transient-exit", "75", "--fail-on", "never", "again.log"]), Some(0));
        for taken in ["0", "1", "2", "256", "x"] {
            assert_eq!(code(&[command, "--transient-exit", taken, "again.log"]), Some(2), "{taken}");
        }
    }
    let piped = lognosis(folder.path()).args(["--transient-exit", "75"]).write_stdin(TRANSIENT).output().unwrap();
    assert_eq!(piped.status.code(), Some(75));
}

#[test]
fn a_step_summary_is_appended_and_never_too_large() {
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("a.log"), LASTING).unwrap();
    let summary = folder.path().join("summary.md");
    let run = |args: &[&str]| {
        let output = lognosis(folder.path()).env("GITHUB_STEP_SUMMARY", &summary).args(args).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    run(&["scan", "a.log"]);
    assert!(!summary.exists());
    assert!(run(&["scan", "a.log", "--format", "github"]).starts_with("::error file=a.log,line=1,title=E401"));
    let first = fs::read_to_string(&summary).unwrap();
    assert!(first.starts_with("## \u{274c} E401"));
    run(&["triage", "a.log", "-o", "github:annotations"]);
    let both = fs::read_to_string(&summary).unwrap();
    assert!(both.starts_with(&first) && both.contains("## What breaks most often"));
    // Almost full: what does not fit is left out, and said to be.
    fs::write(&summary, "x".repeat(1024 * 1024 - 100)).unwrap();
    run(&["scan", "a.log", "--format", "github"]);
    let cut = fs::read_to_string(&summary).unwrap();
    assert!(cut.len() <= 1024 * 1024 && cut.ends_with("a step summary holds no more._\n"), "{}", &cut[cut.len() - 200..]);
    let unset = lognosis(folder.path()).args(["scan", "a.log", "--format", "github"]).output().unwrap();
    assert_eq!(unset.status.code(), Some(1));
    let bad = lognosis(folder.path()).env("GITHUB_STEP_SUMMARY", "no/such/file").args(["a.log", "--format", "github"]).output().unwrap();
    assert_eq!(bad.status.code(), Some(2));
}

#[test]
fn endings_of_files_tell_the_format() {
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("a.log"), LASTING).unwrap();
    let files = ["-o", "r.md", "-o", "r.xml", "-o", "r.csv", "-o", "gitlab:r.json", "-o", "azure:r.txt"];
    lognosis(folder.path()).args(["scan", "a.log"]).args(files).output().unwrap();
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(structure::markdown(&read("r.md")).headings, 1);
    structure::junit(&read("r.xml"));
    assert_eq!(structure::csv(&read("r.csv")).len(), 2);
    assert_eq!(structure::gitlab(&read("r.json")).len(), 1);
    assert_eq!(structure::azure(&read("r.txt")).len(), 1);
}

#[test]
fn commands_refuse_formats_that_they_do_not_write() {
    let folder = tempdir().unwrap();
    let markdown = lognosis(folder.path()).args(["explain", "E401", "--format", "markdown"]).output().unwrap();
    assert!(String::from_utf8(markdown.stdout).unwrap().starts_with("# "));
    for args in [["explain", "E401"], ["rules", "list"]] {
        let output = lognosis(folder.path()).args(args).args(["--format", "junit"]).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8(output.stderr).unwrap().contains("does not write junit"));
    }
}

#[test]
fn markdown_lists_are_of_a_length_that_is_read() {
    let mut logs: Vec<LogReport> = (0..150).map(|_| one()).collect();
    logs.extend((0..150).map(|_| log("fine.log", b"added 5 packages in 2s\n")));
    let text = scan(Format::Markdown, &logs, &[]);
    assert_eq!(structure::markdown(&text).headings, 150);
    assert_eq!(
        (text.matches("| depends |").count(), text.matches("`fine.log`").count(), text.matches("\nand 50 more\n").count()),
        (100, 100, 2)
    );
}
