//! Logs in archives and compressed logs: names, order, equality with plain files, limits, damage.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use lognosis::catalog::Catalog;
use lognosis::engine::Engine;
use lognosis::input::{Limits, discover};
use lognosis::session::{Session, SessionOptions};
use tempfile::TempDir;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::packing::{bz2, gz, tar_of, xz, zip_of, zst};

const FAILED: &str = "\
npm error code E401
npm error Incorrect or missing password.
npm error If you were trying to login, change your password, create an
npm error authentication token or enable two-factor authentication then
npm error that means you likely typed your password in incorrectly.
npm error A complete log of this run can be found in: /root/.npm/_logs/2026-11-20T10_11_12_123Z-debug-0.log
";
const FINE: &str = "added 12 packages, and audited 13 packages in 2s\n\nfound 0 vulnerabilities\n";

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// Reads paths below the folder: `name failed|succeeded|unknown` for each log, the message of each error, without
    /// the folder's own name.
    fn read(&self, names: &[&str], limits: Limits) -> Vec<String> {
        let paths: Vec<String> = names.iter().map(|name| self.path(name).display().to_string()).collect();
        let found = discover(&paths);
        let engine = Engine::new(Catalog::builtin()).unwrap();
        let session = Session::new(&engine, SessionOptions { limits, ..SessionOptions::default() });
        let mut lines: Vec<String> = found.errors.iter().map(ToString::to_string).collect();
        session.report_all(&found.sources, |_, result| {
            lines.push(match result {
                Ok(report) => format!("{} {:?}", report.path, report.outcome).to_lowercase(),
                Err(error) => format!("error: {error}"),
            });
        });
        let own = format!("{}/", self.0.path().display());
        let own_lower = own.to_lowercase();
        lines.iter().map(|line| line.replace('\\', "/").replace(&own, "").replace(&own_lower, "")).collect()
    }

    fn names(&self, names: &[&str]) -> Vec<String> {
        self.read(names, Limits::default())
    }
}

fn lognosis(args: &[&str], folder: &Path) -> std::process::Output {
    Command::cargo_bin("lognosis").unwrap().current_dir(folder).args(["--no-local"]).args(args).output().unwrap()
}

fn stdout(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn compressed_logs_are_read_by_their_bytes_and_give_the_same_report() {
    let folder = Folder::new();
    let text = FAILED.repeat(9_000);
    folder.write("plain.log", text.as_bytes());
    for (name, pack) in [("gz", gz as fn(&[u8]) -> Vec<u8>), ("xz", xz), ("bz2", bz2), ("zst", zst)] {
        let (half, rest) = text.as_bytes().split_at(text.len() / 2);
        // Two frames after each other, and padding: `cat a.gz b.gz` is a file, too.
        let mut both = [pack(half), pack(rest)].concat();
        if name != "xz" {
            both.extend_from_slice(&[0; 64]);
        }
        folder.write("named-like-nothing", &both);
        let reports: Vec<serde_json::Value> = ["plain.log", "named-like-nothing"]
            .iter()
            .map(|file| {
                let output = lognosis(&["scan", "--format", "ndjson", file], folder.0.path());
                assert_eq!(output.status.code(), Some(1), "{name}: {}", stderr(&output));
                let mut report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
                report["path"] = serde_json::Value::Null;
                report
            })
            .collect();
        assert_eq!(reports[0], reports[1], "{name}");
    }
}

#[test]
fn members_are_named_and_come_in_order() {
    let folder = Folder::new();
    let inner_tar = tar_of(&[("./deep/x.log", FAILED.as_bytes()), ("logo.png", b"\x89PNG"), ("deep/y.log", FINE.as_bytes())]);
    let inner_zip = zip_of(&[("z.txt", FAILED.as_bytes()), ("w.txt", FINE.as_bytes())], true);
    let members: &[(&str, &[u8])] = &[
        ("b.log", FINE.as_bytes()),
        ("logs/", b""),
        ("inner.tar", &inner_tar),
        ("a.log.gz", &gz(FAILED.as_bytes())),
        ("src/index.js", b"npm error code E1"),
        ("inner.zip", &inner_zip),
        ("unclear", FAILED.as_bytes()),
        ("notes", b"nothing of interest"),
        ("\u{fc}ml\u{e4}ut \u{1f4a5}.log", FINE.as_bytes()),
        ("empty.log", b""),
    ];
    let expected = |archive: &str| {
        [
            "!b.log succeeded",
            "!inner.tar!deep/x.log failed",
            "!inner.tar!deep/y.log succeeded",
            "!a.log.gz failed",
            "!inner.zip!z.txt failed",
            "!inner.zip!w.txt succeeded",
            "!unclear failed",
            "!\u{fc}ml\u{e4}ut \u{1f4a5}.log succeeded",
            "!empty.log unknown",
        ]
        .map(|name| format!("{archive}{name}"))
    };
    folder.write("outer.zip", &zip_of(members, false));
    assert_eq!(folder.names(&["outer.zip"]), expected("outer.zip"));
    let files: Vec<(&str, &[u8])> = members.iter().filter(|(name, _)| !name.ends_with('/')).copied().collect();
    let streamed = zip_of(&files, true);
    folder.write("streamed.zip", &streamed);
    assert_eq!(folder.names(&["streamed.zip"]), expected("streamed.zip"));
    for (name, bytes) in [
        ("outer.tar", tar_of(&files)),
        ("outer.tgz", gz(&tar_of(&files))),
        ("outer.tar.xz", xz(&tar_of(&files))),
        ("outer.tar.bz2", bz2(&tar_of(&files))),
        ("outer.tar.zst", zst(&tar_of(&files))),
        // Nobody can jump to the end of these two.
        ("outer.zip.gz", gz(&zip_of(members, false))),
        ("streamed.zip.gz", gz(&streamed)),
    ] {
        folder.write(name, &bytes);
        assert_eq!(folder.names(&[name]), expected(name), "{name}");
    }
}

#[test]
fn archives_in_folders_are_found() {
    let folder = Folder::new();
    folder.write("logs/a.log.gz", &gz(FAILED.as_bytes()));
    folder.write("logs/b/c.zip", &zip_of(&[("d.log", FINE.as_bytes())], false));
    folder.write("logs/e.jar", &zip_of(&[("f.log", FINE.as_bytes())], false));
    folder.write("logs/g.zip", &zip_of(&[("h.js", b"")], false));
    folder.write("logs/i.log", FINE.as_bytes());
    assert_eq!(folder.names(&["logs"]), ["logs/a.log.gz failed", "logs/b/c.zip!d.log succeeded", "logs/i.log succeeded"]);
    assert_eq!(folder.names(&["logs/*.gz", "logs/a.log.gz"]), ["logs/a.log.gz failed"]);
    assert_eq!(folder.names(&["logs/g.zip"]), ["error: no log in logs/g.zip"]);
}

#[test]
fn a_job_is_read_once_from_the_archives_of_github() {
    let folder = Folder::new();
    let members: &[(&str, &[u8])] = &[
        ("build (20)/1_Set up job.txt", FINE.as_bytes()),
        ("build (20)/4_Run npm ci.txt", FAILED.as_bytes()),
        ("build (20)/system.txt", b"Job is about to start running\n"),
        ("lint/2_Run npm run lint.txt", FAILED.as_bytes()),
        ("0_build (20).txt", FAILED.as_bytes()),
        ("1_docs.txt", FINE.as_bytes()),
    ];
    let expected = |from: &str| {
        ["build (20)/system.txt unknown", "lint/2_run npm run lint.txt failed", "0_build (20).txt failed", "1_docs.txt succeeded"]
            .map(|name| format!("{from}{name}"))
    };
    folder.write("logs.zip", &zip_of(members, true));
    assert_eq!(folder.names(&["logs.zip"]), expected("logs.zip!"));
    for (name, content) in members {
        folder.write(&format!("unpacked/{name}"), content);
    }
    let mut unpacked = folder.names(&["unpacked"]);
    unpacked.sort();
    let mut sorted = expected("unpacked/");
    sorted.sort();
    assert_eq!(unpacked, sorted);
    // In a stream the form that comes first is read.
    folder.write("logs.zip.gz", &gz(&zip_of(members, true)));
    let mut streamed = folder.names(&["logs.zip.gz"]);
    streamed.retain(|line| line.contains("build (20)"));
    assert_eq!(
        streamed,
        [
            "logs.zip.gz!build (20)/1_set up job.txt succeeded",
            "logs.zip.gz!build (20)/4_run npm ci.txt failed",
            "logs.zip.gz!build (20)/system.txt unknown"
        ]
    );
}

#[test]
fn the_messages_of_circleci_become_their_text() {
    let folder = Folder::new();
    let messages: Vec<serde_json::Value> = FAILED
        .split_inclusive(' ')
        .map(|piece| serde_json::json!({"message": piece, "time": "2026-11-20T10:11:12.1Z", "type": "out", "truncated": false}))
        .collect();
    let json = serde_json::to_vec(&messages).unwrap();
    folder.write("logs/step.json", &json);
    folder.write("logs/package.json", b"{\"message\": \"npm error code E401\"}");
    folder.write("logs/cut.log", &json[..json.len() - 90]);
    folder.write("plain.log", FAILED.as_bytes());
    assert_eq!(
        folder.names(&["logs"]),
        ["logs/cut.log failed", "error: cannot read logs/cut.log: the array of messages does not end", "logs/step.json failed"]
    );
    let report = |file: &str| {
        let output = lognosis(&["scan", "--format", "ndjson", file], folder.0.path());
        let mut report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        report["path"] = serde_json::Value::Null;
        report
    };
    assert_eq!(report("logs/step.json"), report("plain.log"));
}

#[test]
fn damage_is_told_and_the_rest_is_done() {
    let folder = Folder::new();
    let whole = gz(FAILED.repeat(20_000).as_bytes());
    folder.write("cut.log.gz", &whole[..whole.len() - 20]);
    folder.write("fine.log", FINE.as_bytes());
    // What could be read tells a failure, so it is told; and that it was not all.
    let lines = folder.names(&["cut.log.gz", "fine.log"]);
    assert_eq!(lines[0], "cut.log.gz failed");
    assert!(lines[1].starts_with("error: cannot unpack cut.log.gz: "), "{lines:?}");
    assert_eq!(lines[2], "fine.log succeeded");

    let small = gz(FAILED.as_bytes());
    folder.write("small.log.gz", &small[..small.len() - 20]);
    let lines = folder.names(&["small.log.gz"]);
    assert!(lines.len() == 2 && lines[0] == "small.log.gz failed", "{lines:?}");

    let mut wrong = zip_of(&[("a.log", FAILED.as_bytes()), ("b.log", FINE.as_bytes()), ("c.log", FAILED.as_bytes())], false);
    let at = wrong.windows(5).position(|bytes| bytes == b"b.log").unwrap() + 5;
    wrong[at..at + 12].fill(0xff);
    for (name, bytes) in [("wrong.zip", wrong.clone()), ("wrong.zip.gz", gz(&wrong))] {
        folder.write(name, &bytes);
        let lines = folder.names(&[name]);
        assert_eq!(lines.len(), 3, "{lines:?}");
        assert_eq!([&*lines[0], &*lines[2]], [format!("{name}!a.log failed"), format!("{name}!c.log failed")]);
        assert!(lines[1].starts_with(&format!("error: cannot unpack {name}!b.log: ")), "{lines:?}");
    }

    // Without its directory, a zip file is read from its beginning.
    let whole = zip_of(&[("a.log", FINE.as_bytes()), ("b.log", FAILED.repeat(2_000).as_bytes())], false);
    folder.write("cut.zip", &whole[..whole.len() / 2]);
    let lines = folder.names(&["cut.zip"]);
    assert_eq!(lines[0], "cut.zip!a.log succeeded");
    assert!(lines.last().unwrap().starts_with("error: cannot unpack cut.zip"), "{lines:?}");

    let tar = gz(&tar_of(&[("a.log", FINE.as_bytes()), ("b.log", FAILED.repeat(20_000).as_bytes())]));
    folder.write("cut.tgz", &tar[..tar.len() - 200]);
    let lines = folder.names(&["cut.tgz"]);
    assert_eq!(lines[..2], ["cut.tgz!a.log succeeded", "cut.tgz!b.log failed"]);
    assert!(lines.len() == 3 && lines[2].starts_with("error: cannot unpack cut.tgz!b.log: "), "{lines:?}");

    folder.write("x.7z", b"7z\xbc\xaf\x27\x1c..............");
    assert_eq!(folder.names(&["x.7z"]), ["error: x.7z is a 7-Zip archive and cannot be read"]);
}

#[test]
fn a_window_that_is_too_large_is_told() {
    let folder = Folder::new();
    // A frame of Zstandard: its magic bytes, no flags, a window of 1 GiB, and an empty last block.
    folder.write("wide.log.zst", &[0x28, 0xb5, 0x2f, 0xfd, 0, 20 << 3, 1, 0, 0]);
    let output = lognosis(&["scan", "wide.log.zst"], folder.0.path());
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("it was packed with a very large window"), "{}", stderr(&output));
}

#[test]
fn members_that_cannot_be_unpacked_are_told_and_the_rest_is_done() {
    let folder = Folder::new();
    let mut bytes = zip_of(&[("secret.log", FAILED.as_bytes()), ("open.log", FINE.as_bytes())], false);
    let name_at: Vec<usize> = (0..bytes.len() - 10).filter(|at| bytes[*at..].starts_with(b"secret.log")).collect();
    // The flags stand 24 bytes before the name in the member's header, 38 before it in the directory.
    bytes[name_at[0] - 24] |= 1;
    bytes[name_at[1] - 38] |= 1;
    for (name, bytes) in [("a.zip", bytes.clone()), ("a.zip.gz", gz(&bytes))] {
        folder.write(name, &bytes);
        assert_eq!(
            folder.names(&[name]),
            [format!("error: {name}!secret.log is encrypted and cannot be read"), format!("{name}!open.log succeeded")]
        );
    }
    let output = lognosis(&["scan", "a.zip"], folder.0.path());
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));

    // Packed with LZMA: method 14, two bytes before the member's time stamp.
    let mut bytes = zip_of(&[("a.log", FAILED.as_bytes()), ("b.log", FINE.as_bytes())], false);
    let name_at: Vec<usize> = (0..bytes.len() - 5).filter(|at| bytes[*at..].starts_with(b"a.log")).collect();
    bytes[name_at[0] - 22] = 14;
    bytes[name_at[1] - 36] = 14;
    for (name, bytes) in [("l.zip", bytes.clone()), ("l.zip.gz", gz(&bytes))] {
        folder.write(name, &bytes);
        assert_eq!(
            folder.names(&[name]),
            [format!("error: {name}!a.log is packed with LZMA and cannot be read"), format!("{name}!b.log succeeded")]
        );
    }
}

#[test]
fn limits_stop_and_name_what_passed_them() {
    let folder = Folder::new();
    let size = |size| Limits { size, ..Limits::default() };
    let zip = zip_of(&[("a.log", FINE.as_bytes()), ("big.log", &[b'x'; 300_000]), ("c.log", FINE.as_bytes())], true);
    for (name, bytes) in [("a.zip", zip.clone()), ("a.zip.gz", gz(&zip))] {
        folder.write(name, &bytes);
        let expected = [
            format!("{name}!a.log succeeded"),
            format!("error: {name}!big.log unpacks past the limit of 100000 bytes"),
            format!("{name}!c.log succeeded"),
        ];
        assert_eq!(folder.read(&[name], size(100_000)), expected);
    }
    folder.write("a.log.gz", &gz(&[b'x'; 300_000]));
    assert_eq!(folder.read(&["a.log.gz"], size(100 << 10)), ["error: a.log.gz unpacks past the limit of 100 KiB"]);

    let members: Vec<(String, &[u8])> = (0..5).map(|at| (format!("{at}.log"), FINE.as_bytes())).collect();
    let members: Vec<(&str, &[u8])> = members.iter().map(|(name, content)| (name.as_str(), *content)).collect();
    for (name, bytes) in [("m.zip", zip_of(&members, false)), ("m.tar", tar_of(&members)), ("m.zip.gz", gz(&zip_of(&members, true)))] {
        folder.write(name, &bytes);
        let lines = folder.read(&[name], Limits { members: 3, ..Limits::default() });
        assert_eq!((lines.len(), &*lines[3]), (4, &*format!("error: {name} has more than 3 members")));
    }

    let mut nested = zip_of(&[("a.log", FINE.as_bytes())], false);
    for _ in 0..3 {
        nested = zip_of(&[("in.zip", &nested), ("b.log", FINE.as_bytes())], false);
    }
    folder.write("deep.zip", &nested);
    assert_eq!(
        folder.names(&["deep.zip"]),
        [
            "error: deep.zip!in.zip!in.zip!in.zip lies in more than 3 archives inside each other",
            "deep.zip!in.zip!in.zip!b.log succeeded",
            "deep.zip!in.zip!b.log succeeded",
            "deep.zip!b.log succeeded"
        ]
    );
    assert_eq!(folder.read(&["deep.zip"], Limits { depth: 4, ..Limits::default() }).len(), 4);
}

/// Peak memory of a run in KiB, where the system tells it.
fn peak(args: &[&str], folder: &Path) -> Option<(std::process::Output, u64)> {
    let program = assert_cmd::cargo::cargo_bin("lognosis");
    let script = "\"$0\" \"$@\" & pid=$!; peak=0; while kill -0 $pid 2>/dev/null; do \
        now=$(sed -n 's/^VmHWM:[^0-9]*\\([0-9]*\\).*/\\1/p' /proc/$pid/status 2>/dev/null); [ -n \"$now\" ] && peak=$now; sleep 0.01; done; \
        wait $pid; code=$?; echo \"peak=$peak\" >&2; exit $code";
    if !Path::new("/proc/self/status").exists() {
        return None;
    }
    let output = std::process::Command::new("bash").arg("-c").arg(script).arg(program).args(args).current_dir(folder).output().ok()?;
    let peak = stderr(&output).lines().find_map(|line| line.strip_prefix("peak=").and_then(|peak| peak.parse().ok()))?;
    Some((output, peak))
}

#[test]
fn a_bomb_costs_little_and_stops_at_the_limit() {
    let folder = Folder::new();
    // 512 MiB of one letter; as a gz file 500 KB, in a gz file again a few KB.
    let mut layers = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let block = vec![b'x'; 1 << 20];
    for _ in 0..512 {
        layers.write_all(&block).unwrap();
    }
    let bomb = layers.finish().unwrap();
    folder.write("bomb.log.gz.gz", &gz(&bomb));
    folder.write("bomb.tgz", &gz(&tar_of(&[("a.log", FINE.as_bytes()), ("bomb.log.gz", &gz(&bomb)), ("z.log", FINE.as_bytes())])));
    let mut zip = ZipWriter::new(File::create(folder.path("zeros.zip")).unwrap());
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).compression_level(Some(9));
    zip.start_file("zeros.log", options).unwrap();
    for _ in 0..64 {
        zip.write_all(&vec![0; 1 << 20]).unwrap();
    }
    zip.start_file("z.log", options).unwrap();
    zip.write_all(FINE.as_bytes()).unwrap();
    zip.finish().unwrap();
    for (file, member) in [("bomb.log.gz.gz", "bomb.log.gz.gz"), ("bomb.tgz", "bomb.tgz!bomb.log.gz"), ("zeros.zip", "zeros.zip!zeros.log")]
    {
        let Some((output, peak)) = peak(&["scan", "--no-local", file], folder.0.path()) else { return };
        let said = stderr(&output);
        assert!(said.contains(&format!("{member} unpacks to more than 1000 times its size")), "{said}");
        assert_eq!(output.status.code(), Some(2));
        assert!(peak < 100_000, "{file}: {peak} KiB");
        if file != "bomb.log.gz.gz" {
            assert!(stdout(&output).contains("z.log"), "{}", stdout(&output));
        }
    }
    let mut tar = tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::GNULongName);
    header.set_size(1 << 28);
    header.set_cksum();
    tar.append(&header, io::Read::take(io::repeat(b'x'), 1 << 28)).unwrap();
    folder.write("names.tgz", &tar.into_inner().unwrap().finish().unwrap());
    let (output, peak) = peak(&["scan", "--no-local", "names.tgz"], folder.0.path()).unwrap();
    assert!(stderr(&output).contains("names.tgz has more than 32 MiB of names and headers"), "{}", stderr(&output));
    assert!(peak < 120_000, "{peak} KiB");
}

#[test]
fn the_order_does_not_depend_on_the_threads() {
    let folder = Folder::new();
    let big = FAILED.repeat(3_000);
    let members: Vec<(String, String)> =
        (0..40).map(|at| (format!("{at}.log"), if at % 7 == 0 { big.clone() } else { FINE.to_owned() })).collect();
    let members: Vec<(&str, &[u8])> = members.iter().map(|(name, content)| (name.as_str(), content.as_bytes())).collect();
    folder.write("a.zip", &zip_of(&members, false));
    folder.write("b.tar.gz", &gz(&tar_of(&members)));
    folder.write("c.log", big.as_bytes());
    let run = |jobs: &str| stdout(&lognosis(&["scan", "--format", "json", "--jobs", jobs, "a.zip", "b.tar.gz", "c.log"], folder.0.path()));
    let one = run("1");
    assert_eq!(one.matches("\"path\": ").count(), 81);
    assert!(one == run("4") && one == run("2"));
}

#[test]
fn people_and_triage_see_the_member_and_its_line() {
    let folder = Folder::new();
    folder.write("logs.zip", &zip_of(&[("1_a.txt", format!("\n\n{FAILED}").as_bytes()), ("2_b.txt", FINE.as_bytes())], true));
    let output = lognosis(&["scan", "logs.zip"], folder.0.path());
    assert!(stdout(&output).starts_with("logs.zip!1_a.txt\n"), "{}", stdout(&output));
    assert!(stdout(&output).contains("logs.zip!2_b.txt: no failure"), "{}", stdout(&output));
    let output = lognosis(&["triage", "--format", "json", "logs.zip"], folder.0.path());
    let triage: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(triage["causes"][0]["example"], "logs.zip!1_a.txt:3");
}

#[test]
fn stdin_is_unpacked() {
    let folder = Folder::new();
    let scan = |bytes: Vec<u8>| {
        let args = ["--no-local", "scan", "--format", "ndjson", "-"];
        let output = Command::cargo_bin("lognosis").unwrap().args(args).current_dir(folder.0.path()).write_stdin(bytes).output().unwrap();
        let text = stdout(&output);
        text.lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["path"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(scan(gz(FAILED.as_bytes())), ["-"]);
    assert_eq!(scan(zip_of(&[("a.log", FAILED.as_bytes()), ("b.log", FINE.as_bytes())], true)), ["-!a.log", "-!b.log"]);
    assert_eq!(scan(FAILED.as_bytes().to_vec()), ["-"]);
}

#[test]
fn a_pipe_passes_packed_bytes_on_and_looks_inside() {
    let folder = Folder::new();
    let pipe = |bytes: &[u8], args: &[&str]| {
        Command::cargo_bin("lognosis")
            .unwrap()
            .arg("--no-local")
            .args(args)
            .current_dir(folder.0.path())
            .write_stdin(bytes)
            .output()
            .unwrap()
    };
    let packed = gz(FAILED.as_bytes());
    let output = pipe(&packed, &[]);
    assert!(output.stdout.starts_with(&packed) && output.status.code() == Some(1), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stdout[packed.len()..]).contains("E401"), "{output:?}");
    let archive = zip_of(&[("a.log", FAILED.as_bytes()), ("b.log", FINE.as_bytes())], true);
    let output = pipe(&archive, &[]);
    let told = String::from_utf8_lossy(&output.stdout[archive.len()..]).into_owned();
    assert!(output.stdout.starts_with(&archive) && told.contains("-!a.log") && told.contains("-!b.log"), "{told}");
    let output = pipe(&archive, &["--format", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["summary"]["logs"], &report["summary"]["failed"]), (&2.into(), &1.into()));
    // What cannot be unpacked to its end goes on to its end.
    let mut damaged = gz(&[FAILED.as_bytes(), &[b'\n'; 1000]].concat());
    damaged.truncate(damaged.len() - 9);
    damaged.extend_from_slice(&[0xff; 700_000]);
    let output = pipe(&damaged, &[]);
    assert!(output.stdout.starts_with(&damaged) && output.status.code() == Some(2), "{:?}", output.status);
}

#[test]
fn lists_name_files() {
    let folder = Folder::new();
    folder.write("a.log", FAILED.as_bytes());
    folder.write("b c.log", FINE.as_bytes());
    folder.write("-", FINE.as_bytes());
    folder.write("lines", b"a.log\r\n\nb c.log\n-\n");
    folder.write("nul", b"b c.log\0a.log\0");
    let paths = |args: &[&str], input: &str| {
        let mut command = Command::cargo_bin("lognosis").unwrap();
        command.args(["--no-local", "--format", "ndjson"]).args(args).current_dir(folder.0.path());
        let output = command.write_stdin(input).output().unwrap();
        let text = stdout(&output);
        let names = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["path"].as_str().unwrap().to_owned());
        (names.collect::<Vec<_>>(), output.status.code().unwrap())
    };
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<String>>();
    assert_eq!(paths(&["scan", "--files-from", "lines"], ""), (owned(&["a.log", "b c.log", "./-"]), 1));
    assert_eq!(paths(&["scan", "--files-from", "nul", "--files-from", "lines"], ""), (owned(&["b c.log", "a.log", "./-"]), 1));
    assert_eq!(paths(&["scan", "a.log", "--files-from", "-"], "b c.log"), (owned(&["a.log", "b c.log"]), 1));
    assert_eq!(paths(&["scan", "--files-from", "-"], ""), (owned(&[]), 0));
    assert_eq!(paths(&["scan", "--files-from", "none"], ""), (owned(&[]), 2));
    let output = lognosis(&["triage", "--files-from", "lines", "--format", "json"], folder.0.path());
    assert!(stdout(&output).contains("a.log:1"), "{}{}", stdout(&output), stderr(&output));
}

#[test]
fn damage_anywhere_is_survived() {
    use proptest::prelude::*;

    let text = FAILED.repeat(40);
    let members: &[(&str, &[u8])] = &[("a.log", text.as_bytes()), ("b.log", FINE.as_bytes()), ("c.log", text.as_bytes())];
    let samples = [
        gz(text.as_bytes()),
        xz(text.as_bytes()),
        bz2(text.as_bytes()),
        zst(text.as_bytes()),
        tar_of(members),
        zip_of(members, false),
        gz(&zip_of(members, true)),
        gz(&tar_of(members)),
        zip_of(&[("in.zip", &zip_of(members, true)), ("in.tar.xz", &xz(&tar_of(members)))], true),
    ];
    let folder = Folder::new();
    // 48 runs of each sample, as a named file and through the stream of another archive.
    let mut runner =
        proptest::test_runner::TestRunner::new(ProptestConfig { cases: 432, failure_persistence: None, ..ProptestConfig::default() });
    let damage = (
        0..samples.len(),
        prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        any::<prop::sample::Index>(),
        any::<bool>(),
    );
    runner
        .run(&damage, |(sample, bytes, end, cut)| {
            let mut damaged = samples[sample].clone();
            for (at, byte) in bytes {
                let at = at.index(damaged.len());
                damaged[at] = byte;
            }
            if cut {
                damaged.truncate(end.index(damaged.len()));
            }
            folder.write("damaged", &damaged);
            folder.write("around.tar", &tar_of(&[("damaged", &damaged), ("fine.log", FINE.as_bytes())]));
            folder.names(&["damaged"]);
            let around = folder.names(&["around.tar"]);
            prop_assert_eq!(around.last().map(String::as_str), Some("around.tar!fine.log succeeded"));
            Ok(())
        })
        .unwrap();
}
