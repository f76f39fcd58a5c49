//! The flow between modules goes one way: `cli -> session -> input, text, engine, diagnose -> report`.

use std::collections::BTreeMap;
use std::fs;

use crate::util::{files_below, repository};

/// Which of our own modules each module may name. `session` and `cli` join the parts; `cli` may name everything.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("builtin", &["catalog"]),
    ("catalog", &[]),
    ("diagnose", &["catalog", "engine", "facts", "text"]),
    ("engine", &["catalog", "error", "text"]),
    ("error", &["catalog"]),
    ("facts", &[]),
    ("input", &["error", "text"]),
    ("probe", &["error", "facts"]),
    ("report", &["catalog", "diagnose", "facts", "triage"]),
    ("session", &["diagnose", "engine", "error", "facts", "input", "probe", "text"]),
    ("text", &["catalog"]),
    ("trial", &["catalog", "diagnose", "engine", "error", "text"]),
    ("triage", &["catalog", "diagnose", "text"]),
];

/// What touches the world, and the modules that may.
const WORLD: &[(&str, &[&str])] = &[
    ("std::fs", &["cli", "input", "probe", "trial"]),
    ("fs::File", &["cli", "input", "probe", "trial"]),
    ("std::env", &["cli", "input", "probe"]),
    ("process::Command", &["cli", "input"]),
    ("std::thread", &["cli", "input", "session"]),
    ("rayon::", &["cli", "session"]),
    ("println!", &[]),
    ("print!(", &[]),
    ("dbg!", &[]),
    ("process::exit", &[]),
    ("unsafe ", &["input"]),
];

/// Module and text of each source file, without its tests.
fn sources() -> Vec<(String, String, String)> {
    let root = repository("src");
    let mut out = Vec::new();
    for path in files_below(&root).into_iter().filter(|path| path.extension().is_some_and(|ending| ending == "rs")) {
        let relative = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
        let module = relative.split('/').next().unwrap().trim_end_matches(".rs").to_owned();
        let text = fs::read_to_string(&path).unwrap();
        let text = text.split("#[cfg(test)]").next().unwrap().to_owned();
        out.push((relative, module, text));
    }
    out
}

/// Lines of code, without comments.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..).zip(text.lines()).filter(|(_, line)| !line.trim_start().starts_with("//"))
}

#[test]
fn modules_import_only_what_they_may() {
    let allowed: BTreeMap<&str, &[&str]> = MAY_IMPORT.iter().copied().collect();
    let mut wrong = Vec::new();
    for (file, module, text) in sources() {
        if ["cli", "lib", "main"].contains(&module.as_str()) {
            continue;
        }
        let allowed = allowed.get(module.as_str()).unwrap_or_else(|| panic!("say in this test what src/{file} may import"));
        for (number, line) in code(&text) {
            for (at, _) in line.match_indices("crate::") {
                let rest = &line[at + "crate::".len()..];
                let name: String = rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
                if !name.is_empty() && name != module && !allowed.contains(&name.as_str()) {
                    wrong.push(format!("src/{file}:{number}: `{module}` may not import `{name}`"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_the_edges_touch_the_world() {
    let mut wrong = Vec::new();
    for (file, module, text) in sources() {
        for (number, line) in code(&text) {
            for (what, who) in WORLD {
                if line.contains(what) && !who.contains(&module.as_str()) && module != "main" {
                    wrong.push(format!("src/{file}:{number}: `{module}` may not use `{what}`"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_module_says_what_it_is_for_and_what_it_may_import() {
    for (file, _, text) in sources() {
        if file == "main.rs" || file == "lib.rs" {
            continue;
        }
        assert!(text.starts_with("//! "), "src/{file} does not say what it is for");
        assert!(text.contains("//! May import: "), "src/{file} does not say what it may import");
    }
}

#[test]
fn files_can_be_read_in_one_sitting() {
    for (file, _, _) in sources() {
        let lines = fs::read_to_string(repository("src").join(&file)).unwrap().lines().count();
        assert!(lines <= 620, "src/{file} has {lines} lines: split it by topic");
    }
}

#[test]
fn every_file_of_tests_is_compiled() {
    let main = fs::read_to_string(repository("tests/it/main.rs")).unwrap();
    for path in fs::read_dir(repository("tests/it")).unwrap().map(|entry| entry.unwrap().path()) {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if path.extension().is_some_and(|ending| ending == "rs") && name != "main" {
            assert!(main.lines().any(|line| line == format!("mod {name};")), "tests/it/main.rs does not name {name}");
        }
    }
}
