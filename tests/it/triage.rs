//! Triage of many logs, comparison of two, and rules drafted from what no rule knows.

use std::fs;
use std::path::Path;
use std::process::Output;

use lognosis::triage::{GroupBy, Triage, TriageOptions};
use serde_json::Value;
use tempfile::{TempDir, tempdir};

use crate::util::{check, lognosis, report, schema};

/// A GitHub Actions log of one job, as the runner writes it.
fn log(day: usize, repository: &str, noise: &str, end: &[&str]) -> String {
    let mut text = String::from("\u{feff}");
    let mut say = |second: usize, line: &str| text.push_str(&format!("2026-10-{day:02}T10:00:{second:02}.1234567Z {line}\n"));
    say(0, "Current runner version: '2.330.0'");
    say(1, "Complete job name: build (20)");
    say(1, &format!("Syncing repository: {repository}"));
    say(2, &format!("[command]/usr/bin/git fetch --no-tags origin +a{day:039x}:refs/remotes/origin/main"));
    say(3, "##[group]Run ./deploy.sh");
    say(3, "##[endgroup]");
    for layer in 0..5 {
        say(4, &format!("unpacking layer {} of {}", layer * day, day * 100));
    }
    say(5, noise);
    for line in end {
        say(50, line);
    }
    text
}

const NOISE: &str = "Error: retrying the upload in 3s";
const E401: [&str; 3] = [
    "npm error code E401",
    "npm error 401 Unauthorized - GET https://npm.pkg.github.com/@acme%2fui - unauthenticated",
    "##[error]Process completed with exit code 1.",
];

/// Thirty days of two repositories: a third fails of a token, a third of something that no rule knows, a third passes.
fn archive() -> TempDir {
    let folder = tempdir().unwrap();
    for day in 1..=30 {
        let repository = ["acme/shop", "acme/api"][day % 2];
        let vault = format!("deploy: could not open the vault {} of /srv/{day}/x.db", ["red", "blue", "green"][day / 3 % 3]);
        let text = match day % 3 {
            0 => log(day, repository, NOISE, &[&vault, "##[error]Process completed with exit code 2."]),
            1 => log(day, repository, NOISE, &E401),
            _ => log(day, repository, NOISE, &["Build Completed in 3s", "##[group]Run true", "added 5 packages in 2s"]),
        };
        let path = folder.path().join(format!("{}/deploy", repository.replace('/', "_")));
        fs::create_dir_all(&path).unwrap();
        fs::write(path.join(format!("{day:02}.log")), text).unwrap();
    }
    folder
}

fn run(folder: &Path, args: &[&str]) -> Output {
    lognosis(folder).args(args).output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn json(folder: &Path, args: &[&str]) -> Value {
    let output = lognosis(folder).args(["triage", ".", "--format", "json"]).args(args).output().unwrap();
    let value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    check(&value, "triage-1");
    value
}

#[test]
fn a_month_of_logs_becomes_one_picture() {
    let folder = archive();
    let triage = json(folder.path(), &[]);
    assert_eq!(triage["summary"]["failed"], 20);
    let row = &triage["causes"][0];
    let id = row["id"].as_str().unwrap();
    assert!(id.starts_with("npm/e401") && id.ends_with(" (npm.pkg.github.com)"), "{id}");
    assert_eq!((&row["rule"], &row["logs"], &row["share_percent"]), (&"npm/e401".into(), &10.into(), &50.into()));
    assert_eq!(row["subject"]["host"], "npm.pkg.github.com");
    assert_eq!((&row["first_seen"], &row["last_seen"]), (&"2026-10-01T10:00:50Z".into(), &"2026-10-28T10:00:50Z".into()));
    assert_eq!(row["trend"].as_array().unwrap().iter().filter_map(Value::as_u64).sum::<u64>(), 10);
    assert_eq!((&triage["period"]["bucket_days"], &triage["period"]["buckets"]), (&1.into(), &30.into()));
    let place = &row["places"][0];
    assert_eq!((&place["repository"], &place["job"], &place["branch"]), (&"acme/api".into(), &"build (20)".into(), &"main".into()));
    assert_eq!((&place["step"], &place["client"], &place["seconds"]), (&"./deploy.sh".into(), &"npm".into(), &50.into()));
    assert!(place["commit"].as_str().unwrap().ends_with('1') || place["commit"].as_str().unwrap().ends_with('7'));
}

#[test]
fn unknown_failures_are_told_by_what_passing_logs_do_not_say() {
    let folder = archive();
    let triage = json(folder.path(), &[]);
    let clusters = triage["clusters"].as_array().unwrap();
    assert_eq!(clusters.len(), 1, "{clusters:?}");
    let cluster = &clusters[0];
    assert_eq!((&cluster["template"], &cluster["logs"]), (&"deploy: could not open the vault <*> of <path>".into(), &10.into()));
    assert_eq!(cluster["samples"].as_array().unwrap().len(), 3);
    let november = json(folder.path(), &["--since", "2026-10-12"]);
    assert_eq!(november["clusters"][0]["id"], cluster["id"], "the id is the same in other logs");
}

#[test]
fn the_table_fits_eighty_and_a_hundred_and_forty_columns() {
    let folder = archive();
    for columns in ["80", "140"] {
        let output = lognosis(folder.path()).env("COLUMNS", columns).args(["triage", "."]).output().unwrap();
        let out = text(&output);
        let width: usize = columns.parse().unwrap();
        let long: Vec<&str> = out
            .lines()
            .filter(|line| line.chars().count() > width)
            .filter(|line| !line.contains("lognosis rules new") && !line.starts_with("       npm "))
            .collect();
        assert!(long.is_empty(), "{long:?}");
        for part in ["50%", "\u{2587}", "2026-10-28", "What to do first", "no rule knows why: 10 logs, 1 kind", "--from-cluster"] {
            assert!(out.contains(part), "{part} in {out}");
        }
        assert!(output.stderr.is_empty(), "nothing of a progress bar in a pipe: {output:?}");
    }
}

#[test]
fn failures_are_counted_by_whatever_is_asked_for() {
    let folder = archive();
    let ids = |args: &[&str]| -> Vec<(String, u64)> {
        let triage = json(folder.path(), args);
        let rows = triage["causes"].as_array().unwrap();
        rows.iter().map(|row| (row["id"].as_str().unwrap().to_owned(), row["logs"].as_u64().unwrap())).collect()
    };
    let of = |pairs: &[(&str, u64)]| pairs.iter().map(|(id, logs)| ((*id).to_owned(), *logs)).collect::<Vec<_>>();
    assert_eq!(ids(&["--group-by", "rule"]), of(&[("npm/e401", 10)]));
    assert_eq!(ids(&["--group-by", "host"]), of(&[("npm.pkg.github.com", 10)]));
    assert_eq!(ids(&["--group-by", "package"]), of(&[("@acme/ui", 10)]));
    assert_eq!(ids(&["--group-by", "repo"]), of(&[("acme/api", 10), ("acme/shop", 10)]));
    assert_eq!(ids(&["--group-by", "job"]), of(&[("build (20)", 20)]));
    assert_eq!(ids(&["--group-by", "owner"]), of(&[("you", 10)]));
    assert_eq!(ids(&["--group-by", "day"]).len(), 20);
    assert_eq!(ids(&["--group-by", "day"])[0], ("2026-10-01".to_owned(), 1));
    let meta = r"(?<repo>[^/]+)/(?<job>[^/]+)/\d+\.log$";
    assert_eq!(ids(&["--group-by", "job", "--meta", meta]), of(&[("deploy", 20)]));
    assert_eq!(ids(&["--group-by", "repo", "--meta", meta]), of(&[("acme_api", 10), ("acme_shop", 10)]));
}

#[test]
fn a_period_is_told_by_the_logs_own_time() {
    let folder = archive();
    let logs = |args: &[&str]| {
        let triage = json(folder.path(), args);
        (triage["summary"]["logs"].as_u64().unwrap(), triage["left_out"].as_u64().unwrap())
    };
    assert_eq!(logs(&["--since", "2026-10-11", "--until", "2026-10-20"]), (10, 20));
    assert_eq!(logs(&["--since", "2026-10-30T10:00:51Z"]), (0, 30));
    assert_eq!(logs(&["--until", "2026-10-01T12:00:00+02:00"]), (0, 30));
    for args in [["--since", "last week"], ["--meta", "(?<planet>x)"], ["--meta", "no group"], ["--meta", "(("]] {
        let output = run(folder.path(), &["triage", ".", args[0], args[1]]);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
    }
}

#[test]
fn a_baseline_tells_new_from_known() {
    let folder = archive();
    let here = folder.path();
    let written = run(here, &["triage", ".", "--until", "2026-10-20", "--write-baseline", "known.json", "--fail-on", "never"]);
    assert_eq!(written.status.code(), Some(0), "{written:?}");
    let known = || -> Value { serde_json::from_str(&fs::read_to_string(here.join("known.json")).unwrap()).unwrap() };
    check(&known(), "baseline-1");
    assert_eq!(known()["entries"].as_array().unwrap().len(), 2);
    let same = json(here, &["--baseline", "known.json"]);
    assert_eq!((&same["baseline"]["known"], &same["causes"][0]["state"]), (&2.into(), &"known".into()));
    assert_eq!(run(here, &["triage", ".", "--baseline", "known.json", "--fail-on", "new"]).status.code(), Some(0));

    // Something new comes, and what people wrote expires.
    fs::write(here.join("new.log"), "npm error code ECONNREFUSED\nnpm error FetchError: request to https://r.example/x failed, reason: connect ECONNREFUSED 1.2.3.4:443\n").unwrap();
    let mut file = known();
    for entry in file["entries"].as_array_mut().unwrap() {
        entry["note"] = "the proxy again".into();
        entry["expires"] = if entry["unknown"] == true { "2999-12-31".into() } else { "2020-01-31".into() };
    }
    fs::write(here.join("known.json"), file.to_string()).unwrap();
    let output = run(here, &["triage", ".", "--baseline", "known.json", "--fail-on", "new"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output).contains("1 new, 1 known, 1 expired, 0 gone"), "{}", text(&output));
    let gone = json(here, &["--since", "2999-01-01", "--baseline", "known.json"]);
    assert_eq!(gone["baseline"]["gone"].as_array().unwrap().len(), 2);

    let again = run(here, &["triage", ".", "--baseline", "known.json", "--write-baseline", "known.json"]);
    assert_eq!(again.status.code(), Some(1));
    let entries = known()["entries"].as_array().unwrap().clone();
    assert_eq!(entries.len(), 3);
    assert_eq!(entries.iter().filter(|entry| entry["note"] == "the proxy again" && entry["expires"] != Value::Null).count(), 2);
}

#[test]
fn a_damaged_baseline_is_refused_and_left_as_it_is() {
    let folder = archive();
    let here = folder.path();
    let damaged = "{\"schema\": \"lognosis.baseline/1\",\n\"entries\": [{\"note\": \"precious\"";
    fs::write(here.join("known.json"), damaged).unwrap();
    for option in ["--baseline", "--write-baseline"] {
        let output = run(here, &["triage", ".", option, "known.json"]);
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains("known.json:2:"), "{output:?}");
        assert_eq!(fs::read_to_string(here.join("known.json")).unwrap(), damaged);
    }
    let unnamed = run(here, &["triage", ".", "--fail-on", "new"]);
    assert!(unnamed.status.code() == Some(2) && String::from_utf8_lossy(&unnamed.stderr).contains("--baseline"));
}

#[test]
fn a_drafted_rule_passes_its_tests_and_finds_its_logs() {
    let folder = archive();
    let here = folder.path();
    let id = json(here, &[])["clusters"][0]["id"].as_str().unwrap().to_owned();
    let drafted = run(here, &["rules", "new", "--from-cluster", &id, "--cases", ".", "-o", "cluster.toml"]);
    assert_eq!((drafted.status.code(), drafted.stdout.len()), (Some(0), 0), "{drafted:?}");
    let line = run(here, &["rules", "new", "--from", "acme_api/deploy/03.log:13", "--id", "mine/vault"]);
    assert!(line.status.success(), "{line:?}");
    assert!(text(&line).contains("id        = \"mine/vault\"") && line.stderr.is_empty(), "{line:?}");
    fs::write(here.join("line.toml"), &line.stdout).unwrap();
    for file in ["cluster.toml", "line.toml"] {
        let checked = run(here, &["rules", "check", "--deny-warnings", file]);
        assert_eq!(checked.status.code(), Some(0), "{}", text(&checked));
        let tested = run(here, &["rules", "test", file]);
        assert!(text(&tested).contains("1 rules, 3 examples, 0 surprises"), "{}", text(&tested));
    }
    let triage = json(here, &["--rules", "cluster.toml"]);
    assert_eq!((triage["clusters"].as_array().unwrap().len(), triage["causes"].as_array().unwrap().len()), (0, 2));
    for args in [["--from", "acme_api/deploy/03.log:999"], ["--from", "nowhere.log:1"], ["--from", "x"]] {
        assert_eq!(run(here, &["rules", "new", args[0], args[1]]).status.code(), Some(2), "{args:?}");
    }
    let strange = run(here, &["rules", "new", "--from-cluster", "ffffffff", "--cases", "."]);
    assert!(String::from_utf8_lossy(&strange.stderr).contains(&id), "{strange:?}");
    assert_eq!(run(here, &["triage", ".", "-o", "x.toml"]).status.code(), Some(2));
}

#[test]
fn a_drafted_rule_survives_hostile_lines() {
    let folder = tempdir().unwrap();
    let lines = [
        "it's \"over\" {here} \\ '''and''' there, 3 times: failed",
        "failed: (a|b)*[c]+? ^$ \u{1b}[31mred\u{1b}[0m \u{202e}drawkcab",
        "caf\u{e9} could not \u{201c}be\u{201d} opened at C:\\x\\y.txt:3",
        "wanted sha512-abc123== but got sha512-def456== for https://r.example/x?y=1#z",
        "panic: 1.2.3 at 2026-01-01T00:00:00Z on 10.0.0.1:80 with 0f8fad5b-d9cb-469f-a165-70867728950e",
    ];
    fs::write(folder.path().join("a.log"), lines.join("\n")).unwrap();
    for number in 1..=lines.len() {
        let drafted = run(folder.path(), &["rules", "new", "--from", &format!("a.log:{number}"), "-o", "r.toml"]);
        assert!(drafted.status.success() && drafted.stderr.is_empty(), "{number}: {drafted:?}");
        let checked = run(folder.path(), &["rules", "check", "r.toml"]);
        assert_eq!(checked.status.code(), Some(0), "{number}: {}", text(&checked));
        let tested = run(folder.path(), &["rules", "test", "r.toml"]);
        assert!(text(&tested).contains("3 examples, 0 surprises"), "{number}: {}", text(&tested));
        let toml = fs::read_to_string(folder.path().join("r.toml")).unwrap();
        assert!(!toml.contains(['\u{1b}', '\u{202e}']), "{toml}");
    }
}

#[test]
fn a_comparison_shows_what_only_the_failing_log_says() {
    let folder = archive();
    let here = folder.path();
    let good = ["acme_api/deploy/05.log", "acme_shop/deploy/02.log"];
    let output = run(here, &["diff", good[0], good[1], "acme_shop/deploy/06.log"]);
    assert_eq!(output.status.code(), Some(1));
    let out = text(&output);
    let told: Vec<&str> = out.lines().filter(|line| line.contains(" | ")).collect();
    assert!(told[0].contains("    13 | deploy: could not open the vault green"), "{out}");
    assert!(!out.contains("retrying") && !out.contains("unpacking"), "{out}");
    let known = text(&run(here, &["diff", "--good", "acme_api/deploy/05.log", "acme_shop/deploy/04.log", "--lines", "1"]));
    assert!(known.find("E401").unwrap() < known.find("never says").unwrap(), "{known}");
    let machine = run(here, &["diff", good[0], "acme_shop/deploy/06.log", "--format", "json"]);
    let value: Value = serde_json::from_slice(&machine.stdout).unwrap();
    check(&value, "diff-1");
    assert_eq!(value["lines"][0]["line"], 13);
    let machine = run(here, &["diff", good[0], "none.log", "acme_shop/deploy/04.log", "--format", "json"]);
    let value: Value = serde_json::from_slice(&machine.stdout).unwrap();
    check(&value, "diff-1");
    assert_eq!((&value["diagnoses"][0]["rule"], value["errors"].as_array().unwrap().len()), (&"npm/e401".into(), 1));
    assert_eq!(run(here, &["diff", good[0], "acme_shop/deploy/06.log", "-o", "x.sarif"]).status.code(), Some(2));
    // The failing log may lie among the others.
    let among = text(&run(here, &["diff", ".", "acme_shop/deploy/06.log"]));
    assert!(among.contains("29 logs never say"), "{among}");
    let same = text(&run(here, &["diff", good[0], "acme_api/deploy/11.log"]));
    assert!(same.contains("says nothing"), "{same}");
    assert_eq!(run(here, &["diff", good[0]]).status.code(), Some(2));
    assert_eq!(run(here, &["diff", good[0], "."]).status.code(), Some(2));
}

#[test]
fn logs_of_other_systems_tell_where_they_come_from() {
    let gitlab = "Running with gitlab-runner 17.0.0 (abc)\n  on shared-1 abcdef, system ID: s_1\nInitialized empty Git repository in /builds/acme/shop/.git/\nChecking out 1a2b3c4d as detached HEAD (ref is main)...\n";
    let job = report(gitlab.as_bytes()).job;
    assert_eq!(
        (job.repository.as_deref(), job.branch.as_deref(), job.commit.as_deref()),
        (Some("acme/shop"), Some("main"), Some("1a2b3c4d"))
    );
    assert_eq!(job.runner.as_deref(), Some("shared-1"));
    let jenkins = "Started by user x\nRunning on agent-7 in /home/jenkins/workspace/shop-main\n[Pipeline] {\nCloning repository https://git.example.com/acme/shop.git\nChecking out Revision 1a2b3c4d5e6f1a2b3c4d5e6f1a2b3c4d5e6f1a2b (origin/main)\n";
    let job = report(jenkins.as_bytes()).job;
    assert_eq!((job.runner.as_deref(), job.name.as_deref(), job.branch.as_deref()), (Some("agent-7"), Some("shop-main"), Some("main")));
    // Such lines begin no run.
    assert!(report(b"HEAD is now at 1a2b3c4 msg\n").runs.is_empty());
    let mut log = report(b"npm error code E401\n");
    log.path = "logs.zip!build (20)/3_npm ci.txt".to_owned();
    let facts = lognosis::triage::LogFacts::of(&log, None);
    assert_eq!((facts.job.as_deref(), facts.step.as_deref()), (Some("build (20)"), Some("npm ci")));
}

#[test]
fn memory_stays_bounded_whatever_the_logs_say() {
    let mut triage = Triage::new(TriageOptions { group_by: GroupBy::Repo, ..TriageOptions::default() });
    let failed = report(b"##[group]Run make\nmake: *** boom failed\n##[error]Process completed with exit code 2.\n");
    for number in 0..30_000 {
        let mut log = failed.clone();
        log.path = format!("logs/{number}.log");
        log.job.repository = Some(format!("acme/{number}"));
        log.first_seen = Some(format!("{:04}-01-01T00:00:00Z", 1 + number % 9999));
        log.unknown[0].lines[0].text = format!("{} is broken", "x".repeat(number));
        triage.add(&log);
    }
    let rows = triage.rows();
    assert_eq!((rows.len(), rows.last().unwrap().id.as_str(), rows.last().unwrap().logs), (10_001, "(others)", 20_000));
    assert!(rows.iter().all(|row| row.trend.len() <= 60 && row.places.len() <= 3));
    assert!(triage.clusters().len() < 1000 && triage.unknown().len() <= 5_000);
    assert_eq!(triage.unknown_logs(), 30_000);
}

#[test]
fn each_line_of_ndjson_tells_what_it_is() {
    let folder = archive();
    let run = |args: &[&str]| {
        let output = run(folder.path(), &[&["triage", ".", "--format", "ndjson"], args].concat());
        let records: Vec<Value> = text(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let mut schema = schema("triage-1");
        schema["$ref"] = "#/$defs/record".into();
        for name in ["type", "properties", "required", "additionalProperties"] {
            schema.as_object_mut().unwrap().remove(name);
        }
        let validator = jsonschema::validator_for(&schema).unwrap();
        for record in &records {
            let wrong: Vec<String> = validator.iter_errors(record).map(|error| error.to_string()).collect();
            assert!(wrong.is_empty(), "{wrong:?} in {record:#}");
        }
        records
    };
    let names = |records: &[Value]| records.iter().map(|record| record["record"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let records = run(&["--write-baseline", "known.json"]);
    assert_eq!(names(&records), ["cause", "cluster", "summary"]);
    assert_eq!((&records[0]["rule"], &records[0]["logs"]), (&"npm/e401".into(), &10.into()));
    assert_eq!(records[2]["transient"], 0);
    assert_eq!((&records[2]["failed"], &records[2]["succeeded"], &records[2]["partial"]), (&20.into(), &10.into(), &false.into()));
    let known = fs::read_to_string(folder.path().join("known.json")).unwrap();
    let entry = r#"{"fingerprint": "aa", "title": "x", "count": 3}"#;
    fs::write(folder.path().join("known.json"), known.replacen("\"entries\": [", &format!("\"entries\": [{entry},"), 1)).unwrap();
    let records = run(&["none.log", "--baseline", "known.json"]);
    assert_eq!(names(&records), ["cause", "cluster", "gone", "error", "summary"]);
    assert_eq!((&records[2]["fingerprint"], &records[4]["known"]), (&"aa".into(), &2.into()));
}

#[test]
fn logs_of_another_period_do_not_fail_a_job() {
    let folder = archive();
    assert_eq!(run(folder.path(), &["triage", ".", "--since", "2027-01-01"]).status.code(), Some(0));
    assert_eq!(run(folder.path(), &["triage", ".", "--since", "2026-10-12"]).status.code(), Some(1));
}

#[test]
fn pages_tell_what_is_new_and_what_is_gone() {
    let folder = archive();
    let entry = r#"{"fingerprint": "aa", "title": "old/rule", "count": 3, "note": "the <b>proxy</b>", "owner": "net"}"#;
    fs::write(folder.path().join("known.json"), format!(r#"{{"schema": "lognosis.baseline/1", "entries": [{entry}]}}"#)).unwrap();
    let args = ["triage", ".", "--baseline", "known.json", "-o", "a.html", "-o", "a.md", "--since", "2026-10-12"];
    assert_eq!(run(folder.path(), &args).status.code(), Some(1));
    let page = fs::read_to_string(folder.path().join("a.html")).unwrap();
    for part in
        ["Against the baseline: 2 new, 0 known, 0 expired, 1 gone", "the &lt;b&gt;proxy", "2026-10-12 to 2026-10-30; 11 logs of another"]
    {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    let text = fs::read_to_string(folder.path().join("a.md")).unwrap();
    for part in ["## Against the baseline: 2 new, 0 known, 0 expired, 1 gone", "- `old/rule` (3 logs, net)", "| **new** "] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
}

#[cfg(unix)]
#[test]
fn ctrl_c_shows_what_is_known_so_far() {
    use std::process::{Command, Stdio};
    use std::time::Duration;

    let folder = archive();
    let fifo = folder.path().join("slow.log");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let child = Command::new(assert_cmd::cargo::cargo_bin("lognosis"))
        .args(["triage", "acme_api", "slow.log", "acme_shop", "--jobs", "2", "--no-local", "--write-baseline", "known.json"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_millis(1500));
    // One press of the keys may arrive twice.
    for _ in 0..2 {
        assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    }
    std::thread::sleep(Duration::from_millis(300));
    // The read that waits comes to an end, and its log is not counted.
    fs::write(&fifo, "npm error code E404\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    assert!(text(&output).starts_with("Interrupted: ") && text(&output).contains("npm/e401"), "{output:?}");
    assert!(!folder.path().join("known.json").exists());
}
