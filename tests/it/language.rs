//! The rule language: what `rules check` objects to, what texts and steps become.

use std::fs;

use lognosis::catalog::{Catalog, CatalogBuilder, FileMistakes, Mistake, MistakeKind};
use lognosis::diagnose::{Diagnosis, LogReport};
use lognosis::engine::Engine;
use tempfile::tempdir;

use crate::util::{lognosis, report_with};

/// A rule file: a rule with this signature, and these lines behind it.
fn file(pattern: &str, cause: &str) -> String {
    format!(
        r#"schema = 1
[[rule]]
id = "acme/sealed"
title = "The vault {{host|}} is sealed"
summary = "s"
family = "deploy"
owner = "you"
transient = "no"
since = "0.1.0"
[[rule.signature]]
pattern = '{pattern}'
[[rule.cause]]
id = "restarted"
title = "t"
{cause}
[[rule.counter_example]]
log = "x"
why = "x"
[[rule.example]]
log = """
Vault Restarted
vault at vault.example.com is sealed"""
"#
    )
}

const STEP: &str = "[[rule.cause.step]]\ntext = \"Unseal {host}\"\n";
const SIGNATURE: &str = r"^vault at (?P<host>\S+) is sealed$";

fn built(source: &str) -> Result<(Catalog, Vec<FileMistakes>), Vec<FileMistakes>> {
    let mut builder = CatalogBuilder::extending(Catalog::builtin());
    builder.add("mine.toml", source);
    builder.finish()
}

fn mistakes(source: &str) -> Vec<Mistake> {
    let files = built(source).map_or_else(|files| files, |(_, files)| files);
    files.into_iter().flat_map(|file| file.mistakes).collect()
}

/// What is marked of the file, for the one mistake that it has.
fn marked(source: &str, kind: MistakeKind) -> String {
    match mistakes(source).as_slice() {
        [only] if only.kind == kind => source[only.span.clone()].to_owned(),
        others => panic!("{others:?} in {source}"),
    }
}

fn diagnosed(source: &str, log: &str) -> Diagnosis {
    let (catalog, _) = built(source).unwrap_or_else(|files| panic!("{files:?}"));
    let engine = Engine::new(&catalog).unwrap();
    let report: LogReport = report_with(&engine, log.as_bytes(), usize::MAX);
    report.answer().unwrap_or_else(|| panic!("{report:?}")).clone()
}

#[test]
fn words_that_miss_the_rules_own_example_by_letter_case_are_told() {
    let folder = tempdir().unwrap();
    let cause = format!("confirmed_by = [{{ log = 'vault restarted' }}]\n{STEP}");
    fs::write(folder.path().join("mine.toml"), file(SIGNATURE, &cause)).unwrap();
    let output = lognosis(folder.path()).args(["rules", "check", "--deny-warnings", "mine.toml"]).output().unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    for part in ["warning[L020]", "mine.toml:15:", "`Vault Restarted`", "`(?i)` in front"] {
        assert!(out.contains(part), "{part} in {out}");
    }
    assert_eq!(output.status.code(), Some(2));
    fs::write(folder.path().join("mine.toml"), file(SIGNATURE, &cause.replace("vault restarted", "(?i)vault restarted"))).unwrap();
    let output = lognosis(folder.path()).args(["rules", "check", "--deny-warnings", "mine.toml"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn a_fallback_with_a_brace_is_a_mistake_with_its_place() {
    for (text, broken) in [
        ("Unseal {host|{host}}", "{host|{host}"),
        ("Unseal {host|https://${HOST}/} now", "{host|https://${HOST}"),
        ("Unseal {host|the vault", "{host|the vault"),
    ] {
        let source = file(SIGNATURE, &format!("[[rule.cause.step]]\ntext = \"{text}\"\n"));
        assert_eq!(marked(&source, MistakeKind::BrokenFallback), broken);
    }
    let fine = r#"[[rule.cause.step]]
text = "Unseal {host|the vault}"
command = '''curl -d '{"keys": 3}' ${VAULT} ${{ secrets.X }} {host|}'''"#;
    assert_eq!(mistakes(&file(SIGNATURE, fine)), []);
}

#[test]
fn unknown_captures_are_told_in_every_text_that_is_shown() {
    for text in [
        "[[rule.never]]\nadvice = \"deleting {hots}\"\nbecause = \"b\"",
        "[[rule.never]]\nadvice = \"a\"\nbecause = \"{hots} keeps the keys\"",
        "[[rule.cause.step]]\ntext = \"Reset\"\ndanger = \"{hots} forgets all\"",
    ] {
        let found = mistakes(&file(SIGNATURE, &format!("{STEP}{text}\n")));
        let kinds: Vec<(MistakeKind, Option<&str>)> = found.iter().map(|mistake| (mistake.kind, mistake.help.as_deref())).collect();
        assert_eq!(kinds, [(MistakeKind::UnknownCapture, Some("did you mean `{host}`?"))], "{text}");
    }
    let retry = file(SIGNATURE, STEP).replace("transient = \"no\"", "transient = \"depends\"\ntransient_when = \"{hots} is up\"");
    assert_eq!(mistakes(&retry).len(), 1);
    let provider = "schema = 1\n[[provider]]\nid = \"acme\"\nname = \"Acme\"\nurl = ['acme\\.example']\ncredentials = \"c\"\n[[provider.ci]]\ntext = \"Set {hots}\"\n";
    assert_eq!(mistakes(provider).len(), 1);
}

#[test]
fn all_texts_are_filled() {
    let texts = r#"suggested_by = [{ log = '^Vault Restarted', because = "{host} was restarted {count} time(s) ago" }]
[[rule.cause.step]]
text = "Reset {host}"
danger = "{host} forgets all"
[[rule.never]]
advice = "deleting {host}"
because = "{host} keeps the keys of {client|all clients}"
"#;
    let diagnosis = diagnosed(&file(SIGNATURE, texts), "Vault Restarted\nvault at v.example is sealed\n");
    let cause = &diagnosis.causes[0];
    assert_eq!(cause.because, ["v.example was restarted 1 time(s) ago (line 1)"]);
    assert_eq!(cause.steps[0].danger.as_deref(), Some("v.example forgets all"));
    let never = &diagnosis.never[0];
    assert_eq!((never.advice.as_str(), never.because.as_str()), ("deleting v.example", "v.example keeps the keys of all clients"));
}

/// The texts of the steps for a log of this registry.
fn steps_at(url: &str) -> Vec<String> {
    let steps = r#"[[rule.cause.step]]
text = "Look at the status page of {provider.name|the registry}"
[[rule.cause.step]]
text = "Log in"
unless_provider = ["azure-artifacts"]
[[rule.cause.step]]
text = "Ask for help"
"#;
    let diagnosis = diagnosed(&file(r"^vault at (?P<url>\S+) is sealed$", steps), &format!("vault at {url} is sealed\n"));
    diagnosis.causes[0].steps.iter().map(|step| step.text.clone()).collect()
}

#[test]
fn a_step_may_be_for_all_products_but_some() {
    assert_eq!(steps_at("https://unknown.example/a"), ["Look at the status page of the registry", "Log in", "Ask for help"]);
    let azure = steps_at("https://pkgs.dev.azure.com/acme/_packaging/feed/npm/registry/a");
    assert!(!azure.contains(&"Log in".to_owned()), "{azure:?}");
    // The product's own steps follow the one that names it, before what is for everybody.
    assert!(azure.len() > 2 && azure[0].contains("Azure") && azure.last().unwrap() == "Ask for help", "{azure:?}");
    let unknown = file(SIGNATURE, "[[rule.cause.step]]\ntext = \"x\"\nunless_provider = [\"azure-artefacts\"]\n");
    assert_eq!(
        marked(&unknown.replace(r"(?P<host>\S+)", r"\S+").replace("{host|}", ""), MistakeKind::UnknownReference),
        "\"azure-artefacts\""
    );
}

#[test]
fn a_step_that_does_not_hold_gives_its_place_to_the_products_own() {
    for unless in ["azure-artifacts", "any"] {
        let steps = format!(
            "[[rule.cause.step]]\ntext = \"Log in to {{provider.name|the registry}}\"\nunless_provider = \"{unless}\"\n[[rule.cause.step]]\ntext = \"Ask for help\"\n"
        );
        let source = file(r"^vault at (?P<url>\S+) is sealed$", &steps);
        let steps = |url: &str| -> Vec<String> {
            let diagnosis = diagnosed(&source, &format!("vault at {url} is sealed\n"));
            diagnosis.causes[0].steps.iter().map(|step| step.text.clone()).collect()
        };
        let azure = steps("https://pkgs.dev.azure.com/acme/_packaging/feed/npm/registry/a");
        assert!(azure.len() > 1 && !azure[0].starts_with("Log in to") && azure.last().unwrap() == "Ask for help", "{azure:?}");
        assert_eq!(steps("https://unknown.example/a"), ["Log in to the registry", "Ask for help"]);
    }
}
