//! From logs to answers: runs and roots, attempts that were tolerated, logs that people paste, monorepos.

use lognosis::catalog::{Catalog, CatalogBuilder, Os, Severity};
use lognosis::diagnose::{LogReport, Outcome, Role};
use lognosis::engine::Engine;

use crate::util::{report, report_with};

/// The rules of the roots, the answer first.
fn roots(report: &LogReport) -> Vec<&str> {
    report.roots().map(|root| root.rule.as_str()).collect()
}

/// The lines as a GitHub job's log has them.
fn github(lines: &str) -> LogReport {
    let stamped: String = lines.lines().map(|line| format!("2026-11-20T10:11:12.1234567Z {line}\n")).collect();
    report(stamped.as_bytes())
}

const FOOTER: &str = "npm error A complete log of this run can be found in: /home/runner/.npm/_logs/2026-11-20T10_11_12_000Z-debug-0.log";

// --- logs that people paste ------------------------------------------------------------------------------------------

const E404: &[&str] = &[
    "npm error code E404",
    "npm error 404 Not Found - GET https://registry.npmjs.org/lodahs - Not found",
    "npm error 404  'lodahs@*' is not in this registry.",
];

fn pasted(before: &str, behind: &str, mark: &str) -> String {
    let lines: String = E404.iter().map(|line| format!("{mark}{line}\n")).collect();
    format!("{before}{lines}{behind}")
}

#[test]
fn npm_is_known_behind_what_people_put_in_front_of_it() {
    for (before, behind, mark) in [
        ("I get this:\n\n", "\nAny idea?\n", "> "),
        ("", "> > \n> thanks\n", "> > "),
        ("deploy\n", "\u{2514} failed\n", "\u{2502} "),
        ("Running npm install\n", "Anyone knows?\n", "  "),
        ("1. see\n   ```\n", "   ```\n2. done\n", "    "),
        ("### Bug\n```\n$ npm install\n", "```\n", ""),
        ("", "", "+"),
        ("```diff\n", "```\n", "+ "),
        ("", "", "| "),
        ("", "", "* "),
        ("INFO: deploy\n", "", "INFO: "),
        ("", "", "10:11:12 "),
        ("", "", "Nov 20 10:11:12 host shop[123]: "),
    ] {
        let log = pasted(before, behind, mark);
        let report = report(log.as_bytes());
        assert_eq!((report.outcome, roots(&report)), (Outcome::Failed, vec!["npm/e404"]), "{log}");
        assert_eq!(report.answer().unwrap().captures["package"], "lodahs", "{log}");
    }
}

#[test]
fn other_clients_are_known_in_a_quotation() {
    let yarn = "> $ yarn install\n> yarn install v1.22.19\n> [1/4] Resolving packages...\n> error An unexpected error occurred: \"https://registry.yarnpkg.com/foo: tunneling socket could not be established, cause=connect ECONNREFUSED 127.0.0.1:8080\".\n> info Visit https://yarnpkg.com/en/docs/cli/install for documentation about this command.\n";
    let yarn = report(yarn.as_bytes());
    assert_eq!(roots(&yarn), ["yarn/proxy-unreachable"]);
    assert_eq!((yarn.runs[0].client_version.as_deref(), yarn.runs[0].command.as_deref()), (Some("1.22.19"), Some("yarn install")));
    let pnpm = ">  ERR_PNPM_OUTDATED_LOCKFILE  Cannot install with \"frozen-lockfile\" because pnpm-lock.yaml is not up to date with package.json\n";
    assert_eq!(roots(&report(pnpm.as_bytes())), ["pnpm/outdated-lockfile"]);
}

#[test]
fn what_a_program_indents_is_no_failure_while_it_goes_on() {
    let fixture =
        pasted(" PASS  src/parse.test.js\n  console.log\n", "\nTests:       4 passed, 4 total\nTest Suites: 1 passed, 1 total\n", "    ");
    assert_eq!(report(fixture.as_bytes()).outcome, Outcome::Succeeded);
    // A job that shows what a commit changed has not run npm.
    let diff = github(&pasted("##[group]Run git diff\n##[endgroup]\n", "##[group]Run npm ci\nadded 5 packages in 2s\n", "+"));
    assert_eq!(roots(&diff), [""; 0]);
}

#[test]
fn a_prompt_tells_the_command() {
    for prompt in ["dev@host:~/shop$ ", "[dev@host shop]$ ", "C:\\work\\shop>", "PS C:\\work\\shop> ", "\u{276f} ", "% "] {
        let log = pasted(&format!("{prompt}npm install lodahs\n"), "", "");
        assert_eq!(report(log.as_bytes()).runs[0].command.as_deref(), Some("npm install lodahs"), "{log}");
    }
}

#[test]
fn a_pasted_yarn_error_log_tells_the_facts_of_its_run() {
    for mark in ["", "> ", "    "] {
        let log = "Arguments: \n  /usr/bin/node /usr/share/yarn/bin/yarn.js add left-pad\n\nPATH: \n  /usr/bin:/bin\n\nYarn version: \n  1.22.19\n\nNode version: \n  18.16.1\n\nPlatform: \n  darwin arm64\n\nTrace: \n  Error: EACCES: permission denied, mkdir '/Users/dev/app/node_modules'\n      at Object.mkdir (fs.js:1)\n\nnpm manifest: \n  No manifest\n";
        let log: String = log.lines().map(|line| format!("{mark}{line}\n")).collect();
        let report = report(log.as_bytes());
        let run = &report.runs[report.answer().unwrap_or_else(|| panic!("{mark:?}: {report:?}")).run.unwrap()];
        assert_eq!((run.client.as_deref(), run.client_version.as_deref()), (Some("yarn"), Some("1.22.19")), "{mark:?}");
        assert_eq!((run.node.as_deref(), run.os, run.command.as_deref()), (Some("18.16.1"), Some(Os::Macos), Some("yarn add left-pad")));
    }
    // node prints the same word, and goes on.
    let trace = "Trace: \n    at main (/app/a.js:1:9)\nadded 5 packages in 2s\n";
    assert_eq!(report(trace.as_bytes()).outcome, Outcome::Succeeded);
}

// --- attempts that were tolerated ------------------------------------------------------------------------------------

#[test]
fn the_last_failing_command_of_a_step_wins_over_one_that_was_tolerated() {
    let audit = "npm error code ENOLOCK\nnpm error audit This command requires an existing lockfile.";
    let publish = "npm error code E403\nnpm error 403 403 Forbidden - PUT https://registry.npmjs.org/web - You cannot publish over the previously published versions: 1.0.0.";
    let log = |command: &str| {
        github(&format!(
            "##[group]Run {command}\n{command}\nnpm publish\n##[endgroup]\n{audit}\n{FOOTER}\nnpm notice web@1.0.0\n{publish}\n{FOOTER}\n##[error]Process completed with exit code 1."
        ))
    };
    assert_eq!(roots(&log("npm audit || true")), ["npm/epublishconflict"]);
    // Without a word on it, it may have mattered.
    assert_eq!(roots(&log("npm audit")), ["npm/epublishconflict", "npm/enolock"]);
}

#[test]
fn a_failure_before_a_good_word_is_the_root_where_its_step_failed_and_nothing_else_is_left() {
    let lint = "/home/runner/work/web/web/src/a.js\n  1:7  error  'x' is assigned a value but never used  no-unused-vars\n\u{2716} 1 problem (1 error, 0 warnings)";
    let side_by_side = github(&format!(
        "##[group]Run npx concurrently npm:lint npm:build\n##[endgroup]\n{lint}\nvite v5.0.0 building for production...\n\u{2713} built in 3.10s\n##[error]Process completed with exit code 1."
    ));
    assert_eq!(roots(&side_by_side), ["eslint/errors"]);
    let went_on = github(&format!(
        "##[group]Run npm ci\n##[endgroup]\nnpm error code EUSAGE\nnpm error `npm ci` can only install packages when your package.json and package-lock.json or npm-shrinkwrap.json are in sync. Please update your lock file with `npm install` before continuing.\n{FOOTER}\n##[error]Process completed with exit code 1.\n##[group]Run npm install\n##[endgroup]\nadded 300 packages in 12s\nPost job cleanup."
    ));
    assert_eq!(roots(&went_on), ["npm/eusage-ci-out-of-sync"]);
}

#[test]
fn what_no_rule_knows_is_not_put_down_to_an_attempt_that_was_made_good() {
    let report = github(&format!(
        "##[group]Run npm install || npm install --legacy-peer-deps\n##[endgroup]\nnpm error code ERESOLVE\nnpm error ERESOLVE could not resolve\n{FOOTER}\nadded 300 packages in 12s\nvault: FATAL the seal is broken\n##[error]Process completed with exit code 3."
    ));
    assert_eq!((report.outcome, roots(&report)), (Outcome::Failed, vec![]));
    assert_eq!(report.unknown[0].lines[0].text, "vault: FATAL the seal is broken");
}

#[test]
fn the_last_words_of_an_unknown_failure_are_not_noise() {
    let report = github(
        "##[group]Run ./deploy\n##[endgroup]\nuploading 5 files\nwaiting for the vault\n0 errors, 0 warnings\nnpm warn deprecated inflight@1.0.6\n##[error]Process completed with exit code 3.",
    );
    let unknown = &report.unknown[0];
    assert!(!unknown.lines.iter().any(|line| line.text.contains("0 errors") || line.text.contains("deprecated")), "{unknown:?}");
    assert_eq!(unknown.lines.last().unwrap().text, "waiting for the vault");
}

#[test]
fn rules_that_name_each_other_leave_one_root() {
    let rule = |id: &str, word: &str, of: &str, standing: &str| {
        format!(
            "[[rule]]\nid = \"{id}\"\ntitle = \"t\"\nsummary = \"s\"\nfamily = \"deploy\"\nstanding = \"{standing}\"\nowner = \"you\"\ntransient = \"no\"\nsince = \"0.1.0\"\nconsequence_of = [{of}]\n[[rule.signature]]\npattern = '^{word} is broken'\n[[rule.cause]]\nid = \"c\"\ntitle = \"t\"\n[[rule.cause.step]]\ntext = \"x\"\n"
        )
    };
    let answer = |a: &str, b: &str, c: &str, log: &str| {
        let mut builder = CatalogBuilder::extending(Catalog::builtin());
        let family = "\"family:deploy\"";
        builder.add(
            "mine.toml",
            format!(
                "schema = 1\n{}{}{}",
                rule("a/a", "first", family, a),
                rule("a/b", "second", family, b),
                rule("a/c", "third", family, c)
            ),
        );
        let (catalog, _) = builder.finish().unwrap_or_else(|files| panic!("{files:?}"));
        let report = report_with(&Engine::new(&catalog).unwrap(), log.as_bytes(), usize::MAX);
        assert!(report.diagnoses.iter().filter(|diagnosis| diagnosis.role == Role::Consequence).count() > 0);
        roots(&report).join(" ")
    };
    let (two, three) = ("second is broken\nfirst is broken\n", "third is broken\nsecond is broken\nfirst is broken\n");
    assert_eq!(answer("specific", "specific", "specific", two), "a/b", "the earliest");
    assert_eq!(answer("specific", "symptom", "symptom", two), "a/a", "the most specific");
    assert_eq!(answer("specific", "specific", "specific", three), "a/c");
    assert_eq!(answer("symptom", "specific", "symptom", three), "a/b");
}

#[test]
fn what_fails_while_a_job_cleans_up_is_not_the_answer() {
    let e401 = format!("npm error code E401\nnpm error Incorrect or missing password.\n{FOOTER}\n");
    let after = format!("npm error Missing script: \"report\"\n{FOOTER}\n");
    for head in ["Running after_script", "\u{1b}[0Ksection_start:1700000000:after_script\r\u{1b}[0KRunning after_script"] {
        let log = |before: &str| {
            report(
                format!(
                    "Running with gitlab-runner 16.0.0\n$ npm ci\n{before}{head}\n$ npm run report\n{after}ERROR: Job failed: exit code 1\n"
                )
                .as_bytes(),
            )
        };
        assert_eq!(roots(&log(&e401)), ["npm/e401"], "{head}");
        assert_eq!((log("").outcome, roots(&log(""))), (Outcome::Failed, vec![]), "{head}: of what it failed is not known");
    }
}

// --- several failures, each with its run ------------------------------------------------------------------------------

#[test]
fn jobs_that_fail_of_different_things_are_several_roots() {
    let line = |job: &str, text: &str| format!("{job}\tUNKNOWN STEP\t2026-11-20T10:11:12.1234567Z {text}\n");
    let job = |name: &str, command: &str, lines: &[&str]| {
        let head = [format!("##[group]Run {command}"), "##[endgroup]".to_owned()];
        head.iter().map(String::as_str).chain(lines.iter().copied()).map(|text| line(name, text)).collect::<String>()
    };
    let exit = "##[error]Process completed with exit code 1.";
    let log = job(
        "lint",
        "npm run lint",
        &["/w/src/a.js", "  1:7  error  'x' is never used  no-unused-vars", "\u{2716} 1 problem (1 error, 0 warnings)", exit],
    ) + &job("build (18)", "npm ci", &["npm error code E401", "npm error Incorrect or missing password.", exit])
        + &job("build (20)", "npm ci", &["npm error code E401", "npm error Incorrect or missing password.", exit])
        + &job(
            "docs",
            "npm ci || npm ci",
            &["npm error code ECONNRESET", "npm error network aborted", FOOTER, "added 300 packages in 12s"],
        );
    let report = report(log.as_bytes());
    assert_eq!(roots(&report), ["eslint/errors", "npm/e401", "npm/e401"]);
    let commands: Vec<Option<&str>> = report.roots().map(|root| report.runs[root.run.unwrap()].command.as_deref()).collect();
    assert_eq!(commands, [Some("npm run lint"), Some("npm ci"), Some("npm ci")]);
    let runs: Vec<usize> = report.roots().filter_map(|root| root.run).collect();
    assert_ne!(runs[1], runs[2]);
    let warnings: Vec<&str> = report.diagnoses.iter().filter(|d| d.role == Role::Warning).map(|d| d.rule.as_str()).collect();
    assert_eq!(warnings, ["npm/econnreset"], "the attempt that was made good, without the catch-all for its code");
}

#[test]
fn attempts_that_failed_the_same_way_are_one_with_a_count() {
    let attempt = format!("npm error code ECONNRESET\nnpm error network aborted\n{FOOTER}\n");
    let report = github(&format!(
        "##[group]Run nick-fields/retry@v3\n##[endgroup]\n{attempt}##[warning]Attempt 1 failed. Reason: Child_process exited with error code 1\n{attempt}##[warning]Attempt 2 failed. Reason: Child_process exited with error code 1\n{attempt}##[error]Final attempt failed. Child_process exited with error code 1"
    ));
    assert_eq!(roots(&report), ["npm/econnreset"]);
    let root = report.answer().unwrap();
    assert_eq!((root.count, root.run), (3, Some(report.runs.len() - 1)));
}

#[test]
fn packages_that_are_built_side_by_side_fail_each_for_itself() {
    let pnpm = "$ pnpm -r build\npackages/ui build$ tsc -p .\npackages/api build$ tsc -p .\npackages/ui build: src/index.ts(3,7): error TS2322: Type 'string' is not assignable to type 'number'.\npackages/api build: src/server.ts(9,1): error TS2304: Cannot find name 'foo'.\npackages/ui build: Failed\npackages/api build: Failed\n/repo/packages/ui:\n ERR_PNPM_RECURSIVE_RUN_FIRST_FAIL  @acme/ui@1.0.0 build: `tsc -p .`\nExit status 2\n";
    let lerna = "lerna info Executing command in 2 packages: \"npm run build\"\n@acme/ui: > tsc -p .\n@acme/api: > tsc -p .\n@acme/ui: src/index.ts(3,7): error TS2322: Type 'string' is not assignable to type 'number'.\n@acme/api: src/server.ts(9,1): error TS2304: Cannot find name 'foo'.\nlerna ERR! npm run build exited 2 in '@acme/ui'\nlerna ERR! npm run build stdout:\nsrc/index.ts(3,7): error TS2322: Type 'string' is not assignable to type 'number'.\n";
    let yarn = "\u{27a4} YN0000: [@acme/ui]: src/index.ts(3,7): error TS2322: Type 'string' is not assignable to type 'number'.\n\u{27a4} YN0000: [@acme/api]: src/server.ts(9,1): error TS2304: Cannot find name 'foo'.\n\u{27a4} YN0000: Failed with errors in 2s 100ms\n";
    for log in [pnpm, lerna, yarn] {
        let report = report(log.as_bytes());
        assert_eq!(roots(&report), ["typescript/type-error"; 2], "{log}");
        let runs: Vec<usize> = report.roots().filter_map(|root| root.run).collect();
        assert_ne!(runs[0], runs[1], "{log}");
    }
}

#[test]
fn turbos_interleaved_packages_have_runs_of_their_own() {
    let report = report(
        "$ turbo run build\n\u{2022} Running build in 2 packages\n@acme/ui:build: > tsc -p .\n@acme/api:build: > node build.js\n@acme/ui:build: src/index.ts(3,7): error TS2322: Type 'string' is not assignable to type 'number'.\n@acme/api:build: Error: Cannot find module 'dotenv'\n@acme/api:build: Require stack:\n@acme/ui:build: npm error Lifecycle script `build` failed with error:\n@acme/ui:build: npm error code 2\n@acme/api:build: - /repo/packages/api/build.js\n@acme/api:build:   code: 'MODULE_NOT_FOUND',\n@acme/api:build: }\n\n Tasks:    0 successful, 2 total\nFailed:    @acme/api#build, @acme/ui#build\n\n ERROR  run failed: command  exited (2)\n"
            .as_bytes(),
    );
    assert_eq!(report.format, "plain", "a build in packages is none in a region of Vercel's");
    let mut found = roots(&report);
    found.sort_unstable();
    assert_eq!(found, ["node/module-not-found", "typescript/type-error"]);
    let runs: Vec<usize> = report.roots().filter_map(|root| root.run).collect();
    assert_ne!(runs[0], runs[1]);
}

#[test]
fn layers_that_are_built_side_by_side_keep_their_runs_when_their_tails_are_printed_again() {
    let report = report(
        b"#7 [web deps 3/4] RUN npm ci\n#8 [api deps 3/4] RUN npm install\n#8 0.820 npm error code E401\n#8 0.821 npm error Incorrect or missing password.\n#7 2.712 npm error code ERESOLVE\n#7 2.712 npm error ERESOLVE could not resolve\n#7 2.712 npm error While resolving: old-lib@1.0.0\n#8 ERROR: process \"/bin/sh -c npm install\" did not complete successfully: exit code: 1\n#7 ERROR: process \"/bin/sh -c npm ci\" did not complete successfully: exit code: 1\n------\n > [api deps 3/4] RUN npm install:\n0.820 npm error code E401\n0.821 npm error Incorrect or missing password.\n------\n------\n > [web deps 3/4] RUN npm ci:\n2.712 npm error code ERESOLVE\n2.712 npm error ERESOLVE could not resolve\n------\nERROR: failed to solve: process \"/bin/sh -c npm ci\" did not complete successfully: exit code: 1\n",
    );
    let found: Vec<(&str, Option<&str>)> =
        report.roots().map(|root| (root.rule.as_str(), report.runs[root.run.unwrap()].command.as_deref())).collect();
    assert_eq!(found, [("npm/e401", Some("npm install")), ("npm/eresolve", Some("npm ci"))]);
}

/// The first example of each rule for failures, in pairs.
fn pairs_of_examples() -> Vec<[(&'static str, &'static str); 2]> {
    let rules = Catalog::builtin().rules().iter().filter(|rule| rule.severity == Severity::Error);
    let examples: Vec<(&str, &str)> = rules.map(|rule| (&*rule.id, &*rule.examples[0].log)).collect();
    examples.chunks_exact(2).map(|pair| [pair[0], pair[1]]).collect()
}

/// The examples that are the answer alone and no root beside the other one, and how many there are.
fn lost(mark: impl Fn(usize, &str) -> String, join: impl Fn(&str, &str) -> String) -> (Vec<&'static str>, usize) {
    let (mut lost, mut all) = (Vec::new(), 0);
    for pair in pairs_of_examples() {
        let logs: Vec<String> = (0..2).map(|at| pair[at].1.lines().map(|line| mark(at, line)).collect()).collect();
        let joined = report(join(&logs[0], &logs[1]).as_bytes());
        for (at, (rule, _)) in pair.into_iter().enumerate() {
            let is_answer = report(logs[at].as_bytes()).answer().is_some_and(|answer| answer.rule == rule);
            all += usize::from(is_answer);
            if is_answer && !roots(&joined).contains(&rule) {
                lost.push(rule);
            }
        }
    }
    (lost, all)
}

#[test]
fn no_jobs_failure_hides_that_of_another() {
    let mark = |job: usize, line: &str| format!("job {job}\tUNKNOWN STEP\t2026-11-20T10:11:12.1234567Z {line}\n");
    let exit = |job: usize| mark(job, "##[error]Process completed with exit code 1.");
    let (lost, all) = lost(mark, |one, other| format!("{one}{}{other}{}", exit(0), exit(1)));
    assert!(all > 400, "{all}");
    assert_eq!(lost, [""; 0]);
}

#[test]
fn few_failures_hide_that_of_another_package() {
    let mark = |package: usize, line: &str| format!("@acme/p{package}:build: {line}\n");
    let (lost, all) = lost(mark, |one, other| {
        let (mut one, mut other) = (one.lines(), other.lines());
        let mut log = String::new();
        loop {
            match (one.next(), other.next()) {
                (None, None) => return log,
                (one, other) => log.extend([one, other].into_iter().flatten().map(|line| format!("{line}\n"))),
            }
        }
    });
    // What stands near a line is looked for whatever lane it is in.
    assert!(lost.len() * 20 < all, "{} of {all}: {lost:?}", lost.len());
}
