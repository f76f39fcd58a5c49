//! Makes catalogues of other sizes to measure with: `cargo bench --bench rules -- FOLDER TIMES`.
//!
//! The rules of the repository, so many times over. In each copy the words that a log must hold
//! are other words of the same letters' shape, so that a scan has as many more texts to look for.
#![allow(clippy::print_stdout, missing_docs)]

use std::fs;
use std::io::{Error, Result};
use std::path::Path;

use regex::{Captures, Regex};
use walkdir::WalkDir;

/// Patterns are changed in their plain words only: not in groups, classes and escapes.
fn word() -> Result<Regex> {
    Regex::new(r"\(\?P<\w+>|\(\?[a-z-]+[:)]|\\.|\[[^\]]*\]|\{[^}]*\}|(?P<word>[A-Za-z]{3,})").map_err(Error::other)
}

/// Another word: each letter is moved by so many places, and stays a vowel, a consonant, a capital.
fn other(word: &str, places: usize) -> String {
    let moved = |c: char| {
        let all: &[u8] = if "aeiouAEIOU".contains(c) { b"aeiou" } else { b"bcdfghjklmnpqrstvwxyz" };
        let at = all.iter().position(|letter| *letter == c.to_ascii_lowercase() as u8).unwrap_or(0);
        let letter = char::from(all[(at + places) % all.len()]);
        if c.is_ascii_uppercase() { letter.to_ascii_uppercase() } else { letter }
    };
    word.chars().map(moved).collect()
}

/// The file's rules once more.
fn copied(text: &str, places: usize, word: &Regex) -> String {
    let mut out = String::new();
    let mut ids_are_rules = false;
    for line in text.lines() {
        let line = if line.starts_with('[') {
            ids_are_rules = line == "[[rule]]";
            line.to_owned()
        } else if let Some(id) = line.strip_prefix("id = \"").and_then(|rest| rest.strip_suffix('"')).filter(|_| ids_are_rules) {
            format!("id = \"{id}-{places}\"")
        } else if ["pattern =", "near =", "unless =", "log =", "absent ="].iter().any(|key| line.starts_with(key))
            && !line.contains("\"\"\"")
        {
            let (key, value) = line.split_once('=').unwrap_or((line, ""));
            // Keys of inline tables stay.
            let keeps = |word: &str| ["pattern", "within", "place", "before", "after", "around"].contains(&word);
            let replaced = word.replace_all(value, |captures: &Captures<'_>| match captures.name("word") {
                Some(word) if !keeps(word.as_str()) => other(word.as_str(), places),
                _ => captures[0].to_owned(),
            });
            format!("{key}={replaced}")
        } else {
            line.to_owned()
        };
        out.push_str(&line);
        out.push('\n');
    }
    out
}

fn main() -> Result<()> {
    // cargo bench adds `--bench`.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let (Some(folder), Some(times)) = (arguments.first(), arguments.get(1).and_then(|times| times.parse::<usize>().ok())) else {
        println!("rules: name a folder to write to, and how many times as many rules there are to be");
        return Ok(());
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let word = word()?;
    let mut count = 0;
    for entry in WalkDir::new(&root).sort_by_file_name() {
        let entry = entry?;
        if entry.path().extension().is_none_or(|ending| ending != "toml") {
            continue;
        }
        let text = fs::read_to_string(entry.path())?;
        let rules = text.matches("[[rule]]\n").count();
        // Markers and providers are needed once, whatever the number of rules.
        let copies = if rules == 0 { 1 } else { times };
        let relative = entry.path().strip_prefix(&root).map_err(Error::other)?;
        for places in 0..copies {
            let out = Path::new(folder).join(relative).with_extension(format!("{places}.toml"));
            fs::create_dir_all(out.parent().unwrap_or(Path::new(".")))?;
            fs::write(out, if places == 0 { text.clone() } else { copied(&text, places, &word) })?;
        }
        count += rules * copies;
    }
    println!("{count} rules in {folder}");
    Ok(())
}
