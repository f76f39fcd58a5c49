//! The built-in catalogue holds what its files promise.

use std::fs;

use lognosis::catalog::{Catalog, CatalogBuilder, FileMistakes, render_mistakes, required_literals};
use lognosis::trial::{Vocabulary, try_rule};

use crate::util::{engine, files_below, repository};

/// All rule files of the repository, put together as the build script does it.
fn built() -> (Catalog, Vec<FileMistakes>) {
    let root = repository("rules");
    let mut builder = CatalogBuilder::new();
    for path in files_below(&root).into_iter().filter(|path| path.extension().is_some_and(|ending| ending == "toml")) {
        let name = path.strip_prefix(repository("")).unwrap().to_string_lossy().replace('\\', "/");
        builder.add(name, fs::read_to_string(&path).unwrap());
    }
    builder.finish().unwrap_or_else(|files| panic!("{}", files.iter().map(|file| render_mistakes(file, false)).collect::<String>()))
}

#[test]
fn no_file_has_a_mistake_or_warning() {
    let (_, warnings) = built();
    let text: String = warnings.iter().map(|file| render_mistakes(file, false)).collect();
    assert!(warnings.is_empty(), "{text}");
}

#[test]
fn the_packed_catalogue_is_that_of_the_files() {
    assert_eq!(*Catalog::builtin(), built().0);
}

#[test]
fn all_examples_come_out_as_their_rules_say() {
    let engine = engine();
    let surprises: Vec<String> = Catalog::builtin()
        .rules()
        .iter()
        .flat_map(|rule| try_rule(engine, rule))
        .map(|surprise| format!("{}, {} {}", surprise.rule, surprise.which, surprise.what))
        .collect();
    assert!(surprises.is_empty(), "{}", surprises.join("\n"));
}

#[test]
fn every_rule_has_two_examples_and_a_counter_example() {
    let rules = Catalog::builtin().rules().iter();
    let poor: Vec<&str> = rules.filter(|rule| rule.examples.len() < 2 || rule.counter_examples.is_empty()).map(|rule| &*rule.id).collect();
    assert!(poor.is_empty(), "{poor:?}");
}

#[test]
fn the_vocabulary_names_rules_and_causes_that_exist() {
    let dangling = Vocabulary::builtin().unwrap().dangling(Catalog::builtin());
    assert!(dangling.is_empty(), "{dangling:?}");
}

#[test]
fn every_match_holds_one_of_its_literals() {
    for pattern in Catalog::builtin().patterns() {
        let Some(literals) = required_literals(&pattern.form.source) else { continue };
        let regex = regex::bytes::Regex::new(&pattern.form.regex).unwrap();
        for rule in Catalog::builtin().rules() {
            for line in rule.examples.iter().flat_map(|example| example.log.lines()) {
                if let Some(found) = regex.find(line.as_bytes()) {
                    let found = std::str::from_utf8(found.as_bytes()).unwrap().to_ascii_lowercase();
                    let holds = literals.iter().any(|literal| found.contains(literal.as_str()));
                    assert!(holds, "{} matches {line:?} without any of {literals:?}", &*pattern.form.regex);
                }
            }
        }
    }
}
