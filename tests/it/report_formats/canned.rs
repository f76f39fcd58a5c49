//! The canned reports: nothing, one finding, and text that tries to be more than text.

use std::sync::LazyLock;

use lognosis::catalog::{Catalog, CatalogBuilder};
use lognosis::diagnose::{EvidenceLine, LogReport, Options, Outcome, ReportStep, Role, Unknown, diagnose};
use lognosis::engine::{Engine, LogScanner};
use lognosis::report::{Format, InputError, Report, Style, TriageReport};
use lognosis::triage::Triage;

/// Rules of its own, so that no change of the built-in ones changes a snapshot.
const RULES: &str = r#"
schema = 1

[[rule]]
id = "vault/sealed"
code = "{code}"
title = "The vault {vault} is sealed"
summary = "It was restarted."
tool = ["vault"]
family = "deploy"
owner = "registry-admin"
transient = "depends"
transient_when = "somebody unseals it"
since = "0.1.0"
docs = ["https://vault.example/sealed?a=b&c=d"]
[[rule.signature]]
pattern = 'vault (?P<vault>\S+) is sealed \((?P<code>\w+)\)'
[[rule.cause]]
id = "restarted"
title = "It was restarted"
confirmed_by = [{ log = 'restarted at', because = "the log says so" }]
verify = "vault status"
[[rule.cause.step]]
text = "Unseal it"
command = "vault operator unseal\nvault status"
place = "ci"
danger = "shows the key"
[[rule.cause.step]]
text = "Tell the others"
[[rule.cause]]
id = "new"
title = "It was never unsealed"
[[rule.cause.step]]
text = "Initialise it:"
command = "vault operator init"
[[rule.never]]
advice = "restarting it again"
because = "it seals itself each time"
"#;

/// What a hostile log could hold: the escapes of every format.
pub(crate) const NASTY: &str = "::error::pwned ]]> <script>alert(1)</script> \u{1b}[2J\u{1b}]0;t\u{7} ``` ````` `code` | a || b \\| \
    @acme/ui #1 [x](https://evil.example) ![i](y) *b* _i_ &lt; %0A::error::x %25 ##vso[task.setvariable variable=x]y ##[add-path]z \
    \"q\" 'q' , ; ] \u{202e} \r\n::warning::x\r\n```\n## heading\n=cmd() \u{ffff} $x$ <!-- c --> </details>\t.";

/// The three reports by name.
pub(crate) fn canned() -> Vec<(&'static str, Vec<LogReport>, Vec<InputError>)> {
    vec![
        ("empty", Vec::new(), Vec::new()),
        ("one finding", vec![one()], Vec::new()),
        ("nasty text", nasty(NASTY), vec![InputError { message: format!("={NASTY}"), hint: Some(NASTY.to_owned()) }]),
    ]
}

/// A log that failed.
pub(crate) fn one() -> LogReport {
    log("logs/build.log", b"2026-11-20T10:11:12.345Z vault restarted at noon\n2026-11-20T10:11:13.000Z vault v1 is sealed (E7)\n")
}

/// Logs of each outcome with the text in all places that a log can fill.
pub(crate) fn nasty(text: &str) -> Vec<LogReport> {
    let mut failed = one();
    poison(&mut failed, text);
    let mut formula = failed.clone();
    formula.path = format!("={text}");
    formula.diagnoses.push(failed.diagnoses[0].clone());
    formula.diagnoses.push(failed.diagnoses[0].clone());
    formula.diagnoses[2].role = Role::Warning;
    let mut unknown = failed.clone();
    unknown.diagnoses.clear();
    unknown.retry = None;
    let lines = vec![EvidenceLine { line: 7, offset: 0, text: text.to_owned() }, EvidenceLine { line: 9, offset: 9, text: "x".to_owned() }];
    unknown.unknown = vec![Unknown { first_line: 7, last_line: 9, lines, template: text.to_owned() }];
    let mut succeeded = log("@fine.log", b"all is well\n");
    succeeded.outcome = Outcome::Succeeded;
    let mut undecided = log("-", b"a line\n");
    undecided.outcome = Outcome::Unknown;
    vec![failed, formula, unknown, succeeded, undecided]
}

fn poison(log: &mut LogReport, text: &str) {
    let set = |place: &mut String| text.clone_into(place);
    set(&mut log.path);
    log.first_seen = Some(text.to_owned());
    log.last_seen = Some(text.to_owned());
    for run in &mut log.runs {
        [&mut run.client, &mut run.client_version, &mut run.node, &mut run.command, &mut run.registry, &mut run.cwd, &mut run.step]
            .into_iter()
            .for_each(|place| *place = Some(text.to_owned()));
    }
    for diagnosis in &mut log.diagnoses {
        diagnosis.code = Some(text.to_owned());
        diagnosis.transient_when = Some(text.to_owned());
        diagnosis.captures.values_mut().for_each(set);
        diagnosis.consequences.push(text.to_owned());
        diagnosis.docs.extend([text.to_owned(), format!("https://{text}"), "javascript:alert(1)".to_owned()]);
        set(&mut diagnosis.title);
        diagnosis.evidence.iter_mut().for_each(|line| set(&mut line.text));
        diagnosis.never.iter_mut().for_each(|never| [&mut never.advice, &mut never.because].into_iter().for_each(set));
        for cause in &mut diagnosis.causes {
            set(&mut cause.title);
            cause.because.push(text.to_owned());
            cause.verify = Some(text.to_owned());
            let step = ReportStep {
                text: text.to_owned(),
                command: Some(text.to_owned()),
                place: None,
                os: Vec::new(),
                shell: None,
                danger: None,
            };
            cause.steps.extend([step.clone(), ReportStep { danger: Some(text.to_owned()), ..step }]);
        }
    }
}

/// Diagnoses a log with the rules above.
pub(crate) fn log(path: &str, bytes: &[u8]) -> LogReport {
    static CATALOG: LazyLock<Catalog> = LazyLock::new(|| {
        let mut builder = CatalogBuilder::extending(Catalog::builtin());
        builder.add("vault.toml", RULES);
        builder.finish().unwrap().0
    });
    static ENGINE: LazyLock<Engine<'static>> = LazyLock::new(|| Engine::new(&CATALOG).unwrap());
    let mut scanner = LogScanner::new(&ENGINE);
    scanner.push(bytes);
    diagnose(&ENGINE, path, &scanner.finish(), &Options::default())
}

/// A scan in a format.
pub(crate) fn scan(format: Format, logs: &[LogReport], errors: &[InputError]) -> String {
    written(|out| Report { catalog: Catalog::builtin(), logs, errors }.write(format, Style::default(), out))
}

/// A triage of the same logs in a format.
pub(crate) fn triage(format: Format, logs: &[LogReport], errors: &[InputError]) -> String {
    let mut triage = Triage::default();
    logs.iter().for_each(|log| drop(triage.add(log)));
    written(|out| TriageReport { triage: &triage, catalog: Catalog::builtin(), errors }.write(format, Style::default(), out))
}

fn written(write: impl FnOnce(&mut dyn std::io::Write) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}
