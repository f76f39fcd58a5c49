//! `lognosis run`: streams, exit codes and the terminal are the command's own.

use std::fs;

use tempfile::tempdir;

use crate::util::lognosis;

const FAILS: &str = "echo 'npm error code E401' >&2; echo 'npm error 401 Unauthorized - GET https://npm.acme.example/x' >&2; exit 7";

/// Exit code, stdout and stderr of a shell's script under `lognosis run`.
#[cfg(unix)]
fn run(args: &[&str], script: &str) -> (Option<i32>, String, String) {
    let folder = tempdir().unwrap();
    let output = lognosis(folder.path()).arg("run").args(args).args(["--", "sh", "-c", script]).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[cfg(unix)]
#[test]
fn the_exit_code_is_the_commands() {
    for (script, code) in [("exit 0", 0), ("exit 7", 7), ("kill -TERM $$", 143), ("kill -KILL $$", 137)] {
        assert_eq!(run(&[], script).0, Some(code), "{script}");
    }
    assert_eq!(run(&["--fail-on", "never"], "exit 3").0, Some(3));
}

#[cfg(unix)]
#[test]
fn a_code_for_retries_is_given_only_where_it_is_asked_for() {
    let again = "echo 'npm error code E503' >&2; echo 'npm error 503 Service Unavailable - GET https://registry.npmjs.org/x' >&2; exit 1";
    assert_eq!(run(&[], again).0, Some(1));
    assert_eq!(run(&["--transient-exit", "75"], again).0, Some(75));
    assert_eq!(run(&["--transient-exit", "75"], FAILS).0, Some(7));
    assert_eq!(run(&["--transient-exit", "75"], &again.replace("exit 1", "exit 0")).0, Some(0));
}

#[cfg(unix)]
#[test]
fn both_streams_go_where_they_belong_byte_for_byte() {
    let folder = tempdir().unwrap();
    let script = "printf 'a\\000\\377\\r50%%\\r'; printf 'e\\033[31m' >&2; exit 0";
    let output = lognosis(folder.path()).args(["run", "--", "sh", "-c", script]).output().unwrap();
    assert_eq!(output.stdout, b"a\0\xff\r50%\r");
    assert_eq!(output.stderr, b"e\x1b[31m");
}

#[cfg(unix)]
#[test]
fn a_success_adds_nothing_and_a_failure_is_told_on_stderr() {
    let (code, out, err) = run(&[], "echo fine; echo 'npm warn deprecated x' >&2");
    assert_eq!((code, out.as_str(), err.as_str()), (Some(0), "fine\n", "npm warn deprecated x\n"));
    let (code, out, err) = run(&[], &format!("echo out; {FAILS}"));
    assert_eq!((code, out.as_str()), (Some(7), "out\n"));
    assert!(err.contains("\u{2500}\u{2500} lognosis: exit code 7 \u{2500}") && err.contains("E401"), "{err}");
    let (code, _, err) = run(&[], "echo nobody knows; exit 4");
    assert!(code == Some(4) && err.contains("no rule knows why") && err.contains("nobody knows"), "{err}");
}

#[cfg(unix)]
#[test]
fn an_exit_code_of_zero_is_believed() {
    let folder = tempdir().unwrap();
    let report = folder.path().join("report.json");
    let script = FAILS.replace("exit 7", "exit 0");
    let output = lognosis(folder.path()).args(["run", "-o", "report.json", "--", "sh", "-c", &script]).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let value: serde_json::Value = serde_json::from_slice(&fs::read(report).unwrap()).unwrap();
    assert_eq!(value["logs"][0]["outcome"], "succeeded");
}

#[cfg(unix)]
#[test]
fn machine_formats_and_files_are_whole() {
    let folder = tempdir().unwrap();
    let args = ["run", "--format", "json", "-o", "report.json", "--", "sh", "-c", "echo '{}'; exit 5"];
    let output = lognosis(folder.path()).args(args).output().unwrap();
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(5), &b"{}\n"[..]));
    let value: serde_json::Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!(value["logs"][0]["outcome"], "failed");
    assert_eq!(value["logs"][0]["path"], "sh -c echo '{}'; exit 5");
    let file: serde_json::Value = serde_json::from_slice(&fs::read(folder.path().join("report.json")).unwrap()).unwrap();
    assert_eq!(file, value);
}

#[test]
fn what_cannot_be_started_is_told() {
    let folder = tempdir().unwrap();
    let output = lognosis(folder.path()).args(["run", "--", "no-such-command"]).output().unwrap();
    assert_eq!(output.status.code(), Some(127));
    assert!(String::from_utf8(output.stderr).unwrap().contains("there is no command 'no-such-command'"));
    fs::write(folder.path().join("file"), "").unwrap();
    #[cfg(unix)]
    assert_eq!(lognosis(folder.path()).args(["run", "./file"]).output().unwrap().status.code(), Some(126));
    assert_eq!(lognosis(folder.path()).arg("run").output().unwrap().status.code(), Some(2));
}

#[cfg(unix)]
#[test]
fn stdin_and_options_are_the_commands() {
    let folder = tempdir().unwrap();
    let output = lognosis(folder.path()).args(["run", "cat", "-", "--"]).write_stdin("typed\n").output().unwrap();
    assert_eq!(output.stdout, b"typed\n");
    let output = lognosis(folder.path()).args(["run", "echo", "--format", "json", "-q"]).output().unwrap();
    assert_eq!(output.stdout, b"--format json -q\n");
}

#[cfg(unix)]
#[test]
fn what_a_command_leaves_behind_is_not_waited_for() {
    let start = std::time::Instant::now();
    let (code, out, _) = run(&[], "sleep 20 & echo started");
    assert_eq!((code, out.as_str()), (Some(0), "started\n"));
    assert!(start.elapsed().as_secs() < 10);
}

#[cfg(unix)]
#[test]
fn a_signal_for_us_is_one_for_the_command() {
    use std::io::Read;
    use std::process::{Command, Stdio};
    let folder = tempdir().unwrap();
    let mut child = Command::new(assert_cmd::cargo::cargo_bin("lognosis"))
        .current_dir(folder.path())
        .args(["run", "--", "sh", "-c", "trap 'echo got it; exit 9' TERM; echo ready; while :; do sleep 0.05; done"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut out = child.stdout.take().unwrap();
    let mut ready = [0; 6];
    out.read_exact(&mut ready).unwrap();
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    let mut rest = String::new();
    out.read_to_string(&mut rest).unwrap();
    assert_eq!((rest.as_str(), child.wait().unwrap().code()), ("got it\n", Some(9)));
}

/// The program with a pseudo-terminal of 90 columns for all three streams; what it wrote there.
#[cfg(unix)]
fn at_a_terminal(script: &str, typed: &[u8]) -> (Option<i32>, String) {
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    use std::io::{Read, Write};
    use std::process::{Command, Stdio};
    let folder = tempdir().unwrap();
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&ours).unwrap();
    unlockpt(&ours).unwrap();
    let name = ptsname(&ours, Vec::new()).unwrap();
    let theirs = fs::OpenOptions::new().read(true).write(true).open(name.to_str().unwrap()).unwrap();
    let size = rustix::termios::Winsize { ws_row: 33, ws_col: 90, ws_xpixel: 0, ws_ypixel: 0 };
    rustix::termios::tcsetwinsize(&theirs, size).unwrap();
    let mut child = Command::new(assert_cmd::cargo::cargo_bin("lognosis"))
        .current_dir(folder.path())
        .args(["run", "--", "sh", "-c", script])
        .stdin(Stdio::from(theirs.try_clone().unwrap()))
        .stdout(Stdio::from(theirs.try_clone().unwrap()))
        .stderr(Stdio::from(theirs))
        .spawn()
        .unwrap();
    let mut ours = fs::File::from(ours);
    ours.write_all(typed).unwrap();
    let mut seen = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(length @ 1..) = ours.read(&mut buffer) {
        seen.extend_from_slice(&buffer[..length]);
    }
    (child.wait().unwrap().code(), String::from_utf8_lossy(&seen).into_owned())
}

#[cfg(unix)]
#[test]
fn at_a_terminal_the_command_sees_one() {
    let (code, seen) = at_a_terminal("test -t 0 && test -t 1 && test -t 2 && stty size <&1 && read x && echo \"read $x\"", b"typed\n");
    assert_eq!(code, Some(0), "{seen}");
    assert!(seen.contains("33 90") && seen.contains("read typed"), "{seen}");
    // Line ends are the terminal's business, and are not doubled.
    assert!(!seen.contains("\r\r\n"), "{seen:?}");
}

#[cfg(unix)]
#[test]
fn at_a_terminal_a_failure_is_told_below_the_output() {
    let (code, seen) = at_a_terminal(&format!("printf 'half a line'; {FAILS}"), b"");
    assert_eq!(code, Some(7));
    let diagnosis = seen.find("lognosis: exit code 7").unwrap();
    assert!(seen.find("half a line").unwrap() < diagnosis && seen[diagnosis..].contains("E401"), "{seen}");
}
