//! The look at this machine: configuration as clients read it, checks, the doctor.

use std::fs;
use std::path::Path;

use lognosis::facts::{Dialect, Facts, Gravity, PUBLIC_REGISTRY, Subject};
use lognosis::probe::{Environment, probe};
use tempfile::{TempDir, tempdir};

use crate::util::{check, lognosis, repository};

const ACME: &str = "https://npm.acme.example/";
const NEXUS: &str = "https://nexus.example/repository/npm-group/";

/// A project `app` and a home beside it.
struct Machine {
    folder: TempDir,
    variables: Vec<(String, String)>,
}

impl Machine {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempdir().unwrap();
        for (path, text) in [("app/package.json", "{}"), ("home/.keep", "")].iter().chain(files) {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let home = folder.path().join("home").display().to_string();
        Self { folder, variables: vec![("HOME".to_owned(), home)] }
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    fn facts(&self) -> Facts {
        self.facts_of("app")
    }

    fn facts_of(&self, folder: &str) -> Facts {
        let variables = self.variables.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        probe(&self.folder.path().join(folder), &Environment::of(variables))
    }
}

fn npm<'a>(version: &'a str, registry: &'a str) -> Subject<'a> {
    Subject { client: Some("npm"), client_version: Some(version), registry: Some(registry), ..Subject::default() }
}

/// Which of the credential checks hold.
fn holding(facts: &Facts, subject: &Subject<'_>) -> Vec<&'static str> {
    let all = [
        "npmrc.no-credentials-for-registry",
        "npmrc.credentials-for-registry",
        "npmrc.key-path-mismatch",
        "npmrc.key-without-trailing-slash",
        "npmrc.registry-without-trailing-slash",
        "npmrc.credentials-for-other-host",
        "npmrc.scope-not-mapped",
        "npmrc.scope-mapping-typo",
        "npmrc.unset-variable",
        "npmrc.unscoped-auth",
        "npmrc.legacy-token",
        "npmrc.placeholder-token",
        "lockfile.host-differs-from-registry",
    ];
    all.into_iter().filter(|check| facts.check(check, subject).is_some()).collect()
}

#[test]
fn every_check_of_the_vocabulary_is_there() {
    let text = fs::read_to_string(repository("src/catalog/vocabulary.rs")).unwrap();
    let list = text.split("LOCAL_CHECKS").nth(1).unwrap();
    let mut listed: Vec<&str> = list.lines().filter_map(|line| line.trim().strip_prefix("(\"")?.split('"').next()).collect();
    let mut known: Vec<&str> = Facts::checks().collect();
    listed.sort_unstable();
    known.sort_unstable();
    assert_eq!(listed, known);
}

#[test]
fn a_credential_is_found_as_the_client_finds_it() {
    let key = |key: &str| Machine::new(&[("app/.npmrc", &format!("registry={NEXUS}\n//nexus.example{key}:_authToken=s3cr3tvalue\n"))]);
    let found = ["npmrc.credentials-for-registry"];
    let exact = key("/repository/npm-group/").facts();
    for version in ["6.14.18", "10.2.4"] {
        assert_eq!(holding(&exact, &npm(version, NEXUS)), found, "{version}");
    }
    let bare = key("/repository/npm-group").facts();
    assert_eq!(holding(&bare, &npm("6.14.18", NEXUS)), ["npmrc.key-without-trailing-slash"]);
    assert_eq!(holding(&bare, &npm("10.2.4", NEXUS)), ["npmrc.credentials-for-registry", "npmrc.key-without-trailing-slash"]);
    let host = key("/").facts();
    assert_eq!(holding(&host, &npm("6.14.18", NEXUS)), ["npmrc.key-path-mismatch"]);
    assert_eq!(holding(&host, &npm("10.2.4", NEXUS)), found);
    let publish = Subject { command: Some("npm publish"), ..npm("10.2.4", NEXUS) };
    assert_eq!(holding(&host, &publish), ["npmrc.key-path-mismatch"]);
    let other = key("/repository/npm-private/").facts();
    assert_eq!(holding(&other, &npm("10.2.4", NEXUS)), ["npmrc.key-path-mismatch"]);
    let port = key(":8443/repository/npm-group/").facts();
    assert_eq!(holding(&port, &npm("10.2.4", NEXUS)), ["npmrc.key-path-mismatch"]);
    let pnpm = |version| Subject { client: Some("pnpm"), ..npm(version, NEXUS) };
    assert_eq!(holding(&host, &pnpm("9.1.0")), found);
    assert_eq!(holding(&bare, &pnpm("9.1.0")), ["npmrc.key-without-trailing-slash"]);
}

#[test]
fn each_fault_is_told_once_and_by_its_own_name() {
    let scoped = "@acme:registry=https://npm.acme.example/\n";
    let of = |npmrc: &str, subject: &Subject<'_>| holding(&Machine::new(&[("app/.npmrc", npmrc)]).facts(), subject);
    let acme = Subject { package: Some("@acme/ui"), ..npm("10.2.4", ACME) };
    assert_eq!(of(scoped, &acme), ["npmrc.no-credentials-for-registry"]);
    let variable = format!("{scoped}//npm.acme.example/:_authToken=${{NPM_TOKEN}}\n");
    assert_eq!(of(&variable, &acme), ["npmrc.unset-variable"]);
    let other = format!("{scoped}//npm.pkg.github.com/:_authToken=abc\n");
    assert_eq!(of(&other, &acme), ["npmrc.credentials-for-other-host"]);
    // A token for the registry that everything else comes from says nothing.
    let public = format!("{scoped}//registry.npmjs.org/:_authToken=npm_abc\n");
    assert_eq!(of(&public, &acme), ["npmrc.no-credentials-for-registry"]);
    let placeholder = format!("{scoped}//npm.acme.example/:_authToken=YOUR_TOKEN\n");
    assert_eq!(of(&placeholder, &acme), ["npmrc.credentials-for-registry", "npmrc.placeholder-token"]);
    let unscoped = format!("{scoped}_auth=Ym9iOnNlY3JldA==\n");
    assert_eq!(of(&unscoped, &acme), ["npmrc.no-credentials-for-registry", "npmrc.unscoped-auth"]);
    let public = Subject { package: Some("@acme/ui"), ..npm("10.2.4", PUBLIC_REGISTRY) };
    assert_eq!(of("@amce:registry=https://npm.acme.example/\n", &public), ["npmrc.scope-mapping-typo"]);
    assert!(of("", &public).contains(&"npmrc.scope-not-mapped"));
    let types = Subject { package: Some("@types/nodee"), ..public };
    assert!(!of("", &types).contains(&"npmrc.scope-not-mapped"));
    let classic = "//registry.npmjs.org/:_authToken=12345678-90ab-cdef-1234-567890abcdef\n";
    assert!(of(classic, &npm("10.2.4", PUBLIC_REGISTRY)).contains(&"npmrc.legacy-token"));
}

#[test]
fn where_the_log_names_no_registry_the_configuration_does() {
    let subject = Subject { client: Some("npm"), ..Subject::default() };
    let facts = Machine::new(&[("app/.npmrc", "@acme:registry=https://npm.acme.example/\n")]).facts();
    let finding = facts.check("npmrc.no-credentials-for-registry", &subject).unwrap();
    assert!(finding.captures.contains(&("registry", ACME.to_owned())), "{finding:?}");
    assert!(finding.captures.contains(&("registry_key", "//npm.acme.example/".to_owned())), "{finding:?}");
    // Two private registries, one of them with a token: nobody knows which was asked.
    let two = "@a:registry=https://a.example/\n@b:registry=https://b.example/\n//a.example/:_authToken=abc\n";
    assert_eq!(holding(&Machine::new(&[("app/.npmrc", two)]).facts(), &subject), [""; 0]);
    // Only the public one, which asks nobody who reads.
    assert_eq!(holding(&Machine::new(&[]).facts(), &subject), [""; 0]);
}

#[test]
fn the_sentence_names_file_line_and_variable() {
    let machine = Machine::new(&[("home/.npmrc", "fund=false\n\n//npm.acme.example/:_authToken=${NPM_TOKEN}\n")]);
    let finding = machine.facts().check("npmrc.unset-variable", &npm("10.2.4", ACME)).unwrap();
    assert_eq!(finding.reason.replace('\\', "/"), "~/.npmrc:3 refers to ${NPM_TOKEN}, which is not set");
    assert!(finding.captures.contains(&("variable", "NPM_TOKEN".to_owned())));
    let empty = machine.with("NPM_TOKEN", "").facts().check("npmrc.unset-variable", &npm("10.2.4", ACME)).unwrap();
    assert!(empty.reason.ends_with("which is empty"), "{empty:?}");
}

#[test]
fn the_strongest_place_wins() {
    let files = [
        ("app/.npmrc", "registry=https://first.example/\nregistry=https://project.example/\n"),
        ("home/.npmrc", "registry=https://user.example/\nstrict-ssl=false\nloglevel=loud\n"),
        ("global/npmrc", "loglevel=warn\nengine-strict=true\n"),
    ];
    let machine = Machine::new(&files);
    let global = machine.folder.path().join("global/npmrc").display().to_string();
    let machine = machine.with("npm_config_globalconfig", &global);
    let facts = machine.facts();
    let value = |facts: &Facts, key: &str| facts.setting(Dialect::Npm, key).map(|setting| setting.value.clone());
    assert_eq!(value(&facts, "registry").as_deref(), Some("https://project.example/"));
    assert_eq!(value(&facts, "loglevel").as_deref(), Some("loud"));
    assert_eq!(value(&facts, "engine-strict").as_deref(), Some("true"));
    for check in ["npmrc.strict-ssl-false", "npmrc.invalid-loglevel", "npmrc.engine-strict"] {
        assert!(facts.check(check, &Subject::default()).is_some(), "{check}");
    }
    let facts = machine.with("NPM_CONFIG_REGISTRY", "https://env.example/").facts();
    assert_eq!(value(&facts, "registry").as_deref(), Some("https://env.example/"));
}

#[test]
fn the_project_is_found_from_below_and_a_members_npmrc_is_ignored() {
    let machine = Machine::new(&[
        ("app/package.json", r#"{"workspaces": ["packages/*"]}"#),
        ("app/.npmrc", "registry=https://root.example/\n"),
        ("app/packages/ui/package.json", "{\"private\": true}"),
        ("app/packages/ui/.npmrc", "registry=https://member.example/\n"),
        ("app/packages/ui/src/x.js", ""),
    ]);
    let facts = machine.facts_of("app/packages/ui/src");
    assert_eq!(facts.registries(Dialect::Npm)[0].url, "https://root.example/");
    assert!(facts.ignored_npmrc.is_some());
    assert!(facts.check("package.private", &Subject::default()).is_some());
}

#[test]
fn berrys_own_file_is_read() {
    let yarnrc = "npmScopes:\n  acme:\n    npmRegistryServer: \"https://npm.acme.example/\"\n    npmAuthToken: \"${YARN_TOKEN}\"\n";
    let facts = Machine::new(&[("app/.yarnrc.yml", yarnrc)]).facts();
    let subject = Subject { client: Some("yarn"), client_version: Some("4.1.0"), ..npm("", ACME) };
    let subject = Subject { client_version: Some("4.1.0"), ..subject };
    assert_eq!(holding(&facts, &subject), ["npmrc.unset-variable"]);
    // yarn 1 does not read it.
    assert_eq!(holding(&facts, &Subject { client_version: Some("1.22.22"), ..subject }), ["npmrc.no-credentials-for-registry"]);
}

#[test]
fn lockfiles_and_project_files_are_read() {
    let lock = |host: &str| {
        format!("{{\n  \"packages\": {{ \"node_modules/a\": {{\n \"resolved\": \"https://{host}/a/-/a-1.0.0.tgz\" }} }}\n}}\n")
    };
    let machine = Machine::new(&[("app/package-lock.json", &lock("nexus.example"))]);
    let finding = machine.facts().check("lockfile.host-differs-from-registry", &npm("10.2.4", NEXUS)).unwrap();
    assert!(finding.reason.contains("package-lock.json:3 takes 1 package from nexus.example"), "{finding:?}");
    // The failing request went somewhere else.
    assert!(machine.facts().check("lockfile.host-differs-from-registry", &npm("10.2.4", ACME)).is_none());
    // npm itself puts the configured registry in the place of the public one.
    let machine = Machine::new(&[("app/package-lock.json", &lock("registry.npmjs.org")), ("app/.npmrc", &format!("registry={NEXUS}\n"))]);
    assert!(machine.facts().check("lockfile.host-differs-from-registry", &Subject::default()).is_none());

    let holds = |files: &[(&str, &str)], check: &str| {
        Machine::new(files).facts().check(check, &Subject { client: Some("npm"), ..Subject::default() }).is_some()
    };
    for (files, check) in [
        (vec![], "lockfile.missing"),
        (vec![], "node_modules.missing"),
        (vec![("app/package-lock.json", "{\n<<<<<<< HEAD\n")], "lockfile.conflict-markers"),
        (vec![("app/package-lock.json", "{\"a\": ")], "lockfile.not-json"),
        (vec![("app/yarn.lock", "")], "lockfile.other-client"),
        (vec![("app/package.json", "{\n<<<<<<< HEAD\n")], "package.conflict-markers"),
        (vec![("app/package.json", "{\"dependencies\": {\"a\": \"workspace:*\"}}")], "package.workspace-protocol"),
        (vec![("app/node_modules/.modules.yaml", "")], "node_modules.foreign"),
        (vec![("app/.npmrc", "cafile=/no/such/ca.pem\n")], "npmrc.cafile-missing"),
        (vec![("app/.npmrc", "registry=registry.npmjs.org\n")], "npmrc.invalid-registry"),
        (vec![("app/.npmrc", "always-auth=true\n")], "npmrc.always-auth"),
        (vec![("app/.npmrc", "before=2024-01-01\n")], "npmrc.min-release-age"),
        (vec![("app/.npmrc", "offline=true\n")], "npmrc.offline"),
        (vec![("app/.npmrc", "https-proxy=http://p.example:8080\n")], "npmrc.proxy-set"),
        (vec![], "npmrc.no-proxy-set"),
        (vec![("app/.npmrc", "legacy-peer-deps=true\n")], "npmrc.legacy-peer-deps"),
    ] {
        assert!(holds(&files, check), "{check} of {files:?}");
        let sound =
            [("app/package-lock.json", "{}"), ("app/node_modules/.package-lock.json", "{}"), ("app/.npmrc", "https-proxy=http://p/\n")];
        assert!(!holds(&sound, check) || check == "npmrc.proxy-set", "{check} of a sound project");
    }
}

#[test]
fn no_secret_is_kept() {
    let secrets = ["s3cr3tvalue", "czNjcjN0dmFsdWU=", "hunter2", "npm_a1B2a1B2a1B2a1B2a1B2a1B2a1B2a1B2a1B2"];
    let npmrc = format!(
        "//a.example/:_authToken={}\n//b.example/:_auth={}\n//c.example/:username=bob\n//c.example/:_password={}\n_authToken={}\n\
         proxy=http://bob:hunter2@p.example:8080\nregistry=https://bob:hunter2@r.example/\n//d.example/:_authToken=${{TOKEN}}\n",
        secrets[0], secrets[1], secrets[1], secrets[3]
    );
    let machine = Machine::new(&[("app/.npmrc", &npmrc)])
        .with("TOKEN", secrets[3])
        .with("NPM_TOKEN", secrets[3])
        .with("HTTPS_PROXY", "http://bob:hunter2@p.example")
        .with("npm_config_//e.example/:_authToken", secrets[0]);
    let facts = machine.facts();
    assert_eq!(facts.credentials.len(), 7);
    let mut told = format!("{facts:?} {} {:?}", serde_json::to_string(&facts).unwrap(), facts.problems());
    for check in Facts::checks() {
        for registry in ["https://a.example/", "https://b.example/", "https://bob:hunter2@r.example/"] {
            told += &facts.check(check, &npm("10.2.4", registry)).map(|finding| finding.reason).unwrap_or_default();
        }
    }
    let kept: Vec<&&str> = secrets.iter().filter(|secret| told.contains(**secret)).collect();
    assert!(kept.is_empty(), "{kept:?} in {told}");
}

#[test]
fn odd_files_do_no_harm() {
    let machine =
        Machine::new(&[("app/.npmrc/file", ""), ("home/.npmrc", "\u{0}\u{1b}]0;x\u{7}=\u{202e}\n=\n//\n//:_authToken\n${${X}}=1\n")]);
    let facts = machine.facts();
    assert_eq!(facts.unread.len(), 1);
    for check in Facts::checks() {
        for registry in ["", "x", "https://", "https://[::1]:4873/", "//", "https://h/%2f/\u{1f600}"] {
            let _ = facts.check(check, &Subject { package: Some("@"), ..npm("x", registry) });
        }
    }
}

fn e401(cwd: &Path) -> String {
    format!(
        "0 verbose cli /usr/bin/node /usr/bin/npm\n1 info using npm@10.2.4\n2 info using node@v20.11.1\n\
         3 http fetch GET 401 https://npm.acme.example/@acme%2fui 69ms (cache skip)\n4 verbose stack HttpErrorAuthUnknown: Unable to \
         authenticate, need: Basic\n5 verbose cwd {}\n6 verbose node v20.11.1\n7 verbose npm  v10.2.4\n8 error code E401\n\
         9 error Unable to authenticate, need: Basic\n10 verbose exit 1\n",
        cwd.display()
    )
}

/// Cause and verdict of the answer that the program gives.
fn answer(machine: &Machine, args: &[&str]) -> (String, String) {
    let folder = machine.folder.path();
    let output = lognosis(folder).env("HOME", folder.join("home")).args(["--format", "json"]).args(args).output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
    let cause = &report["logs"][0]["diagnoses"][0]["causes"][0];
    (cause["id"].as_str().unwrap().to_owned(), cause["verdict"].as_str().unwrap().to_owned())
}

#[test]
fn the_facts_of_the_right_folder_are_used() {
    let machine =
        Machine::new(&[("app/.npmrc", "@acme:registry=https://npm.acme.example/\n//npm.acme.example/:_authToken=${NPM_TOKEN}\n")]);
    let folder = machine.folder.path();
    fs::write(folder.join("here.log"), e401(&folder.join("app"))).unwrap();
    fs::write(folder.join("gone.log"), e401(Path::new("/no/such/folder"))).unwrap();
    fs::write(folder.join("plain.log"), "npm error code E401\nnpm error 401 Unauthorized - GET https://npm.acme.example/@acme%2fui\n")
        .unwrap();
    let confirmed = ("npmrc-variable-unset".to_owned(), "confirmed".to_owned());
    assert_eq!(answer(&machine, &["scan", "here.log"]), confirmed);
    assert_eq!(answer(&machine, &["scan", "plain.log", "--project", "app"]), confirmed);
    assert_eq!(answer(&machine, &["scan", "gone.log", "--project", "app"]), confirmed);
    for args in [&["scan", "here.log", "--no-local"], &["scan", "gone.log", "-q"], &["scan", "plain.log", "-q"]] {
        assert_eq!(answer(&machine, args).1, "possible", "{args:?}");
    }
    let both = lognosis(folder).args(["scan", "here.log", "--no-local", "--project", "app"]).output().unwrap();
    assert_eq!(both.status.code(), Some(2));
}

#[test]
fn a_pipe_is_about_the_current_folder_unless_it_says_otherwise() {
    let machine =
        Machine::new(&[("app/.npmrc", "@acme:registry=https://npm.acme.example/\n//npm.acme.example/:_authToken=${NPM_TOKEN}\n")]);
    let app = machine.folder.path().join("app");
    let plain = "npm error code E401\nnpm error 401 Unauthorized - GET https://npm.acme.example/@acme%2fui\n";
    let reason = |log: &str| {
        let output = lognosis(&app).env("HOME", machine.folder.path().join("home")).args(["-q"]).write_stdin(log).output().unwrap();
        String::from_utf8(output.stdout).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert!(reason(plain).contains("because .npmrc:2 refers to ${NPM_TOKEN}, which is not set"), "{}", reason(plain));
    let ci: String = plain.lines().map(|line| format!("2026-11-20T10:11:12.1234567Z {line}\n")).collect();
    let ci = format!(
        "2026-11-20T10:11:11.1234567Z ##[group]Run npm ci\n{ci}2026-11-20T10:11:13.1Z ##[error]Process completed with exit code 1.\n"
    );
    assert!(!reason(&ci).contains(".npmrc:2"), "{}", reason(&ci));
}

#[test]
fn the_doctor_tells_what_is_wrong() {
    let sick =
        "registry=https://npm.acme.example/npm\n//npm.acme.example/other/:_authToken=${NPM_TOKEN}\nstrict-ssl=false\nalways-auth=true\n";
    let machine = Machine::new(&[
        ("app/.npmrc", sick),
        ("app/package.json", r#"{"packageManager": "pnpm@9.1.0"}"#),
        ("app/package-lock.json", "{}"),
        ("app/yarn.lock", ""),
    ]);
    let folder = machine.folder.path();
    let doctor = |args: &[&str]| lognosis(folder).env("HOME", folder.join("home")).arg("doctor").args(args).output().unwrap();
    let output = doctor(&["app", "--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    check(&report, "doctor-1");
    let lines = String::from_utf8(doctor(&["app", "--format", "ndjson"]).stdout).unwrap();
    let lines: Vec<serde_json::Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(report["problems"], serde_json::Value::Array(lines));
    assert_eq!(doctor(&["app", "-o", "x.sarif"]).status.code(), Some(2));
    let ids: Vec<&str> = report["problems"].as_array().unwrap().iter().map(|problem| problem["id"].as_str().unwrap()).collect();
    for id in [
        "npmrc.unset-variable",
        "npmrc.key-path-mismatch",
        "npmrc.strict-ssl-false",
        "npmrc.always-auth",
        "npmrc.registry-without-trailing-slash",
        "lockfile.several",
        "package.manager-differs",
    ] {
        assert!(ids.contains(&id), "{id} is not in {ids:?}");
    }
    let text = String::from_utf8(doctor(&["app"]).stdout).unwrap();
    assert!(text.contains("Problems") && text.contains("app/.npmrc:2 refers to ${NPM_TOKEN}, which is not set"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80 || line.contains("npm ")), "{text}");
    assert_eq!(doctor(&["app", "--fail-on", "never"]).status.code(), Some(0));
    assert_eq!(doctor(&["no/such/folder"]).status.code(), Some(2));
    assert_eq!(doctor(&["app", "--no-local"]).status.code(), Some(2));
}

#[test]
fn a_sound_project_has_no_problem() {
    let npmrc = "registry=https://npm.acme.example/npm/\n//npm.acme.example/npm/:_authToken=${NPM_TOKEN}\n";
    let lock = "{\"packages\": {\"node_modules/a\": {\"resolved\": \"https://npm.acme.example/npm/a/-/a-1.0.0.tgz\"}}}";
    let machine = Machine::new(&[("app/.npmrc", npmrc), ("app/package-lock.json", lock)]).with("NPM_TOKEN", "abcdef");
    let problems = machine.facts().problems();
    assert!(problems.iter().all(|problem| problem.gravity == Gravity::Note), "{problems:?}");
    let folder = machine.folder.path();
    let output = lognosis(&folder.join("app")).env("HOME", folder.join("home")).env("NPM_TOKEN", "abcdef").arg("doctor").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(String::from_utf8(output.stdout).unwrap().contains("No problem found"));
}
