//! Lines that say the same thing, brought together: templates of masked lines.
//!
//! May import: nothing of ours.
//!
//! The method is Drain's (He and others, 2017): a tree of fixed depth, by number of words and first words, leads to the
//! few templates that a line can belong to; it joins the most similar one, whose differing words become `<*>`, or founds
//! a new one. Every level of the tree is bounded, and so is the number of templates, so work and memory are, whatever the
//! lines say.

use std::collections::HashMap;

/// The word that stands for any.
pub(crate) const ANY: &str = "<*>";
/// Words of a line that are looked at.
const MAX_WORDS: usize = 48;
/// Different first and second words that the tree tells apart.
const MAX_CHILDREN: usize = 512;
/// Templates under one leaf.
const MAX_LEAF: usize = 64;
/// Templates in all.
const MAX_TEMPLATES: usize = 20_000;
/// Of ten words, those that must be the same.
const SIMILAR_TENTHS: usize = 7;

/// Templates, found by the lines that belong to them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Templates {
    tree: HashMap<(usize, String, String), Vec<usize>>,
    all: Vec<Template>,
}

/// One template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Template {
    words: Vec<String>,
}

impl Template {
    pub(crate) fn text(&self) -> String {
        self.words.join(" ")
    }

    /// FNV-1a over the words, folded to 32 bits: the same for the same template, whatever logs it comes from.
    pub(crate) fn id(&self) -> u32 {
        let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
        for byte in self.words.iter().flat_map(|word| word.bytes().chain(std::iter::once(0))) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        ((hash >> 32) ^ (hash & 0xffff_ffff)) as u32
    }
}

/// Whether two templates may stand for the same lines, so that an earlier look of one is known again.
pub(crate) fn matches(one: &str, other: &str) -> bool {
    let (one, other) = (words(one), words(other));
    let same = one.iter().zip(&other).filter(|(a, b)| a == b).count();
    one.len() == other.len()
        && one.iter().zip(&other).all(|(a, b)| a == b || *a == ANY || *b == ANY)
        && same * 10 >= one.len() * SIMILAR_TENTHS
}

impl Templates {
    /// The place of the template that a masked line belongs to; a new one where there is none. Nothing where there are
    /// too many already.
    ///
    /// What `add` gives stays the same template for good.
    pub(crate) fn add(&mut self, masked: &str) -> Option<usize> {
        let words = words(masked);
        if words.is_empty() {
            return None;
        }
        let key = self.key(&words);
        let leaf = self.tree.get(&key).map(Vec::as_slice).unwrap_or_default();
        let same = |at: usize| self.all[at].words.iter().zip(&words).filter(|(known, word)| known == *word).count();
        let best = leaf.iter().copied().max_by_key(|at| (same(*at), std::cmp::Reverse(*at)));
        if let Some(best) = best.filter(|best| same(*best) * 10 >= words.len() * SIMILAR_TENTHS) {
            for (known, word) in self.all[best].words.iter_mut().zip(&words) {
                if known != word && known != ANY {
                    ANY.clone_into(known);
                }
            }
            return Some(best);
        }
        if leaf.len() >= MAX_LEAF || self.all.len() >= MAX_TEMPLATES {
            return None;
        }
        let at = self.all.len();
        self.all.push(Template { words: words.into_iter().map(str::to_owned).collect() });
        self.tree.entry(key).or_default().push(at);
        Some(at)
    }

    pub(crate) fn get(&self, at: usize) -> Option<&Template> {
        self.all.get(at)
    }

    /// The leaf of a line: its number of words, then the first two of them where they can tell lines apart.
    fn key(&self, words: &[&str]) -> (usize, String, String) {
        let branch = |at: usize| match words.get(at) {
            Some(word) if !word.contains('<') => (*word).to_owned(),
            _ => ANY.to_owned(),
        };
        // In short lines one word is much: they meet under the first word only.
        let second = if words.len() > 4 { branch(1) } else { String::new() };
        let key = (words.len(), branch(0), second);
        let full = self.tree.len() >= MAX_CHILDREN * MAX_WORDS && !self.tree.contains_key(&key);
        if full { (words.len(), ANY.to_owned(), String::new()) } else { key }
    }
}

fn words(masked: &str) -> Vec<&str> {
    masked.split(' ').filter(|word| !word.is_empty()).take(MAX_WORDS).collect()
}

#[cfg(test)]
mod tests {
    use super::{MAX_LEAF, Templates, matches, words};

    fn places(lines: &[&str]) -> (Vec<usize>, Templates) {
        let mut templates = Templates::default();
        (lines.iter().filter_map(|line| templates.add(line)).collect(), templates)
    }

    #[test]
    fn lines_that_differ_in_a_word_are_one_template() {
        let (places, templates) = places(&[
            "could not read module foo from disk",
            "could not read module bar from disk",
            "could not write module bar to disk",
            "could not read module baz from disk",
        ]);
        assert_eq!(places, [0, 0, 1, 0]);
        assert_eq!(templates.get(0).unwrap().text(), "could not read module <*> from disk");
        assert!(matches("could not read module <*> from disk", "could not read module quux from disk"));
        assert!(!matches("could not read module <*> from disk", "could not read module quux from tape"));
    }

    #[test]
    fn short_lines_are_not_thrown_together() {
        assert_eq!(places(&["Error: foo", "Error: bar", "make failed", "Error: foo"]).0, [0, 1, 2, 0]);
    }

    #[test]
    fn the_id_is_that_of_the_template_in_any_order() {
        let id = |lines: &[&str]| places(lines).1.get(0).unwrap().id();
        let (x, y, z) = ("a b c d e f x", "a b c d e f y", "a b c d e f z");
        assert_eq!(id(&[x, y]), id(&[z, y, x]));
        assert_ne!(id(&[x]), id(&[y]));
    }

    #[test]
    fn hostile_lines_cost_no_more_than_a_set_ceiling() {
        let mut templates = Templates::default();
        let known = (1..1000).filter_map(|number| templates.add(&format!("same {}", "x".repeat(number)))).count();
        assert_eq!(known, MAX_LEAF);
        assert!(words(&"a ".repeat(10_000)).len() < 100);
        assert_eq!(templates.add("   "), None);
    }
}
