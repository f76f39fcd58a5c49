//! The fast engine against a slow and simple one: every pattern on every line, the whole log in memory.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use lognosis::catalog::{Catalog, Level, MarkerKind, Neighbour, Origin, Place, Purpose, SignatureRole};
use lognosis::engine::{Engine, LogScanner, Scan};
use lognosis::text::{Encoding, Format, Line, common_indent, segments};
use proptest::prelude::*;
use regex::bytes::{Captures, Regex};

use crate::util::{files_below, repository};

/// What the two engines are compared by.
type Found = (u64, u32, Vec<(String, String)>);

/// The regexes of the built-in catalogue, compiled once.
struct Naive {
    patterns: Vec<Option<Regex>>,
    near: Vec<Vec<(Regex, Neighbour, bool)>>,
}

impl Naive {
    fn new() -> Self {
        let catalog = Catalog::builtin();
        let compile = |purpose: Purpose, regex: &str| match purpose {
            Purpose::Marker(at) if matches!(catalog.markers()[at as usize].kind, MarkerKind::Suspect | MarkerKind::Noise) => None,
            Purpose::ProviderUrl(_) => None,
            _ => Some(Regex::new(regex).unwrap()),
        };
        let near = |purpose: Purpose| match purpose {
            Purpose::Signature { rule, signature } => {
                let signature = &catalog.rules()[rule as usize].signatures[signature as usize];
                let wanted = signature.near.iter().map(|n| (Regex::new(&n.pattern).unwrap(), n.clone(), true));
                let unwanted = signature.unless.iter().map(|n| (Regex::new(&n.pattern).unwrap(), n.clone(), false));
                wanted.chain(unwanted).collect()
            }
            Purpose::Marker(at) => {
                catalog.markers()[at as usize].unless.iter().map(|n| (Regex::new(&n.pattern).unwrap(), n.clone(), false)).collect()
            }
            _ => Vec::new(),
        };
        Self {
            patterns: catalog.patterns().iter().map(|p| compile(p.purpose, &p.form.regex)).collect(),
            near: catalog.patterns().iter().map(|p| near(p.purpose)).collect(),
        }
    }

    /// Every pattern on every segment of every line.
    fn scan(&self, log: &str, format: Format) -> Vec<Found> {
        let indent = common_indent(log);
        let rows: Vec<&str> = log.split('\n').map(|row| outdent(row, indent)).collect();
        let mut out = Vec::new();
        for (row, raw) in rows.iter().enumerate() {
            for segment in segments(raw) {
                let line = Line::new(segment, format);
                for (number, regex) in self.patterns.iter().enumerate() {
                    let Some(regex) = regex else { continue };
                    let number = u32::try_from(number).unwrap();
                    if !allows(number, line.level, line.origin) {
                        continue;
                    }
                    let Some(found) = regex.captures(line.text().as_bytes()) else { continue };
                    let mut captures = named(regex, &found);
                    if is_last(number) && rows[row + 1..].iter().any(|row| !row.trim().is_empty()) {
                        continue;
                    }
                    let fits = self.near[number as usize].iter().all(|(regex, neighbour, wanted)| {
                        let near = neighbouring(regex, neighbour, &rows, row, &line, format);
                        let there = near.is_some();
                        if *wanted {
                            captures.extend(near.unwrap_or_default());
                        }
                        there == *wanted
                    });
                    if fits {
                        out.push((row as u64 + 1, number, captures));
                    }
                }
            }
        }
        // Deferred patterns are looked for near a line that starts a diagnosis of a rule that wants them; these logs are all near.
        let started: BTreeSet<u32> = out.iter().filter_map(|(_, pattern, _)| rule_started_by(*pattern)).collect();
        let deferred = deferred();
        let is_wanted = |pattern: u32| match Catalog::builtin().gate().wanted_by(pattern) {
            Some(mut rules) => rules.any(|rule| started.contains(&rule)),
            None => !started.is_empty(),
        };
        out.retain(|(_, pattern, _)| !deferred.contains(pattern) || is_wanted(*pattern));
        out.sort();
        out
    }
}

fn rule_started_by(pattern: u32) -> Option<u32> {
    let catalog = Catalog::builtin();
    let Purpose::Signature { rule, signature } = catalog.patterns()[pattern as usize].purpose else { return None };
    let role = catalog.rules()[rule as usize].signatures[signature as usize].role;
    (role == SignatureRole::Start).then_some(rule)
}

/// Whether a pattern is looked for in a log's last line only.
fn is_last(pattern: u32) -> bool {
    let catalog = Catalog::builtin();
    matches!(catalog.patterns()[pattern as usize].purpose, Purpose::Signature { rule, signature }
        if catalog.rules()[rule as usize].signatures[signature as usize].last)
}

fn deferred() -> BTreeSet<u32> {
    Catalog::builtin().gate().deferred.patterns().collect()
}

/// A line of a log whose lines all begin with so many blanks.
fn outdent(row: &str, indent: usize) -> &str {
    &row[row.bytes().take(indent).take_while(|byte| matches!(byte, b' ' | b'\t')).count()..]
}

fn allows(pattern: u32, level: Level, origin: Origin) -> bool {
    let catalog = Catalog::builtin();
    let (levels, origins) = match catalog.patterns()[pattern as usize].purpose {
        Purpose::Signature { rule, signature } => {
            let signature = &catalog.rules()[rule as usize].signatures[signature as usize];
            (&signature.levels, &signature.origins)
        }
        Purpose::Marker(at) => (&catalog.markers()[at as usize].levels, &catalog.markers()[at as usize].origins),
        Purpose::Provider(_) | Purpose::ProviderUrl(_) | Purpose::Condition => return true,
    };
    (levels.is_empty() || levels.contains(&level)) && (origins.is_empty() || origins.contains(&origin))
}

fn named(regex: &Regex, found: &Captures<'_>) -> Vec<(String, String)> {
    let value = |name| std::str::from_utf8(found.name(name)?.as_bytes()).ok();
    regex.capture_names().flatten().filter_map(|name| Some((name.to_owned(), value(name)?.trim().to_owned()))).collect()
}

/// The segments of a row that are of a lane, or of none.
fn ours<'l>(raw: &'l str, lane: &str, format: Format) -> Vec<Line<'l>> {
    let all = segments(raw).map(|segment| Line::new(segment, format));
    all.filter(|other| other.lane.is_empty() || lane.is_empty() || other.lane == lane).collect()
}

/// What the nearest neighbour that fits captures; lines of other lanes are not there.
fn neighbouring<'l>(
    regex: &Regex,
    n: &Neighbour,
    rows: &[&'l str],
    row: usize,
    line: &Line<'_>,
    format: Format,
) -> Option<Vec<(String, String)>> {
    let ours = |raw: &&'l str| ours(raw, &line.lane, format);
    let captures = |text: &str| regex.captures(text.as_bytes()).map(|found| named(regex, &found));
    let fits = |lines: Vec<Line<'l>>| lines.iter().find_map(|line| captures(line.text()));
    let within = usize::from(n.within);
    let before = || rows[..row].iter().rev().map(ours).filter(|lines| !lines.is_empty()).take(within).find_map(fits);
    let after = || rows[row + 1..].iter().map(ours).filter(|lines| !lines.is_empty()).take(within).find_map(fits);
    match n.place {
        Place::Before => before(),
        Place::After => after(),
        Place::Around => captures(line.text()).or_else(before).or_else(after),
    }
}

/// The fast engine's answer, the log being cut into chunks. Nothing is redacted, for redaction is not under test.
fn fast(engine: &Engine<'_>, log: &[u8], chunk: usize, format: Option<Format>) -> Scan {
    let mut scanner = LogScanner::with_format(engine, format);
    for piece in log.chunks(chunk.max(1)) {
        scanner.push(piece);
    }
    scanner.finish()
}

fn found(scan: &Scan) -> Vec<Found> {
    let mut out: Vec<Found> = scan.marks.iter().map(|mark| (mark.line, mark.pattern, mark.captures.clone())).collect();
    out.sort();
    out
}

/// One engine for all tests, so that each regex is compiled once.
fn engine() -> &'static Engine<'static> {
    static ENGINE: LazyLock<Engine<'static>> = LazyLock::new(|| Engine::new(Catalog::builtin()).unwrap().without_redaction());
    &ENGINE
}

/// Logs that are joined before they are matched have no line-by-line answer.
fn is_joined(log: &str) -> bool {
    log.contains("CategoryInfo") || log.contains('\u{2500}') || log.contains("  \u{d7} ") || log.contains("  help: ")
}

#[test]
fn all_fixtures_through_both_engines() {
    let (engine, naive) = (engine(), Naive::new());
    let mut compared = 0;
    for path in files_below(&repository("fixtures")) {
        if !path.extension().is_some_and(|ending| ending == "txt" || ending == "log") {
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        let Ok(text) = std::str::from_utf8(&bytes) else { continue };
        // Every twelfth recording is enough for the slow one: the npms repeat each other.
        if is_joined(text) || bytes.len() > 16_000 || !(bytes.len() + path.as_os_str().len()).is_multiple_of(12) {
            continue;
        }
        let scan = fast(engine, &bytes, bytes.len(), None);
        assert_eq!(found(&scan), naive.scan(text, scan.format), "{}", path.display());
        compared += 1;
    }
    assert!(compared > 50, "{compared}");
}

#[test]
fn chunks_of_stdin_do_not_change_the_answer() {
    let engine = engine();
    for path in files_below(&repository("fixtures")).iter().filter(|path| path.extension().is_some_and(|e| e == "log")).step_by(40) {
        let bytes = std::fs::read(path).unwrap();
        let whole = fast(engine, &bytes, usize::MAX, None);
        for chunk in [1, 7, 4096] {
            assert_eq!(fast(engine, &bytes, chunk, None), whole, "{} in chunks of {chunk}", path.display());
        }
    }
}

#[test]
fn what_adds_to_a_diagnosis_is_found_around_each_of_its_lines_and_nowhere_else() {
    let detail = "npm http fetch GET 200 https://registry.npmjs.org/left-core/-/left-core-1.0.0.tgz 12ms (cache miss)\n";
    let failure = "npm error code EINTEGRITY\n";
    let calm = "all is well here\n".repeat(20_000);
    let log = [detail, failure, &calm, detail, &calm, detail, failure].concat();
    let lines = |scan: &Scan| -> Vec<u64> {
        scan.marks.iter().filter(|mark| mark.captures.iter().any(|(name, _)| name == "url")).map(|mark| mark.line).collect()
    };
    let whole = fast(engine(), log.as_bytes(), usize::MAX, None);
    let near: BTreeSet<u64> = lines(&whole).into_iter().collect();
    assert_eq!(near, BTreeSet::from([1, 40_004]));
    assert_eq!(fast(engine(), log.as_bytes(), 50_000, None), whole);
}

#[test]
fn a_log_that_was_pasted_with_an_indent_is_read() {
    let log = "        npm install\n        npm ERR! code E401\n        npm ERR! x\n        ##[error]Bash exited with code '1'.\n";
    let scan = fast(engine(), log.as_bytes(), usize::MAX, None);
    let mark = scan.marks.iter().find(|mark| mark.line == 2).expect("the code is found");
    assert!(!mark.indented);
    let quoted = log.replacen("        npm install", "npm test", 1);
    let scan = fast(engine(), quoted.as_bytes(), usize::MAX, None);
    assert!(scan.marks.iter().any(|mark| mark.line == 2 && mark.indented));
}

#[test]
fn a_report_that_pnpm_12_wrapped_is_joined_behind_a_time_stamp() {
    let report = [
        "Error: ERR_PNPM_PACKAGE_MANAGER_ADD_RESOLVE_LATEST",
        "",
        "  \u{d7} adding a new package",
        "  \u{2570}\u{2500}\u{25b6} Failed to resolve the latest version of @acme/create-app: Failed to",
        "      fetch metadata from https://npm.acme.example/@acme%2Fcreate-app: HTTP",
        "      status client error (404 Not Found)",
        "Done in 1s",
    ];
    let joined = "Failed to resolve the latest version of @acme/create-app: Failed to fetch metadata from https://npm.acme.example/@acme%2Fcreate-app: HTTP status client error (404 Not Found)";
    for (frame, format) in [("", Format::Plain), ("2026-03-04T09:10:00.1234567Z ", Format::GithubActions), ("#12 0.336 ", Format::BuildKit)]
    {
        let log: String = report.iter().map(|line| format!("{frame}{line}\n")).collect();
        let scan = fast(engine(), log.as_bytes(), usize::MAX, Some(format));
        assert!(scan.marks.iter().any(|mark| mark.text == joined && (mark.line, mark.last_line) == (4, 6)), "{frame:?}: {:?}", scan.marks);
        let coloured = fast(engine(), log.replace('\u{d7}', "\u{1b}[31m\u{d7}\u{1b}[0m").as_bytes(), usize::MAX, Some(format));
        assert_eq!((found(&coloured), coloured.counts), (found(&scan), scan.counts), "{frame:?}");
    }
}

#[test]
fn utf_16_gives_the_same_marks() {
    let engine = engine();
    let text = "npm ERR! code E404\r\nnpm ERR! 404 Not Found - GET https://registry.npmjs.org/lodahs - Not found \u{fc}\r\n";
    let plain = fast(engine, text.as_bytes(), usize::MAX, None);
    let wide: Vec<u8> = "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let wide = fast(engine, &wide, 3, None);
    assert_eq!(wide.encoding, Encoding::Utf16Le);
    assert_eq!(found(&wide), found(&plain));
    assert!(!plain.marks.is_empty());
}

/// Lines that matter, lines that nearly do, and lines that do not.
fn line() -> impl Strategy<Value = String> {
    let examples: Vec<String> = Catalog::builtin()
        .rules()
        .iter()
        .flat_map(|rule| rule.examples.iter().chain(&[]).flat_map(|example| example.log.lines()))
        .filter(|line| !is_joined(line) && !line.contains('\r'))
        .map(str::to_owned)
        .collect();
    let known = prop::sample::select(examples);
    prop_oneof![
        3 => known.clone(),
        1 => known.clone().prop_map(|line| format!("\u{1b}[31m{line}\u{1b}[0m")),
        1 => known.clone().prop_map(|line| format!("2026-11-20T10:11:12.1234567Z {line}")),
        1 => known.clone().prop_map(|line| format!("#12 4.493 {line}")),
        1 => (known.clone(), known.clone()).prop_map(|(a, b)| format!("{a}\r{b}")),
        1 => known.prop_map(|line| line.chars().rev().collect()),
        2 => "[ -~]{0,60}",
        1 => "\\PC{0,20}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_log_through_both_engines(lines in prop::collection::vec(line(), 0..30), crlf in any::<bool>(), chunk in 1usize..400) {
        thread_local!(static NAIVE: Naive = Naive::new());
        let log = lines.join(if crlf { "\r\n" } else { "\n" });
        prop_assume!(!is_joined(&log));
        let engine = engine();
        let scan = fast(engine, log.as_bytes(), chunk, None);
        prop_assert_eq!(&scan, &fast(engine, log.as_bytes(), usize::MAX, None));
        let expected = NAIVE.with(|naive| naive.scan(&log, scan.format));
        prop_assert_eq!(found(&scan), expected);
    }

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..3000), chunk in 1usize..700) {
        let engine = engine();
        let scan = fast(engine, &bytes, chunk, None);
        prop_assert_eq!(scan.bytes, bytes.len() as u64);
        prop_assert_eq!(scan, fast(engine, &bytes, usize::MAX, None));
    }
}
