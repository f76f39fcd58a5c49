//! One pattern's regex, compiled when it is first needed and only as well as it is needed.
//!
//! May import: nothing of ours.
//!
//! Most of a regex's compilation prepares for long searches: a reverse automaton, a cache for lazy states, a one-pass
//! automaton, a search for its literals. A pattern that looks at three lines of a small log pays for all of that and
//! has nothing of it, so the first searches are done by plain backtracking. A pattern that goes on being needed is compiled
//! again, with everything.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use regex_automata::meta::{Config, Regex};
use regex_automata::util::syntax;

/// From so many searches on the better automaton pays.
const MANY: u32 = 100;

/// A regex that is compiled lazily, twice at most.
#[derive(Debug)]
pub(super) struct Searcher {
    quick: OnceLock<Option<Regex>>,
    thorough: OnceLock<Option<Regex>>,
    searches: AtomicU32,
}

impl Searcher {
    pub(super) const fn new() -> Self {
        Self { quick: OnceLock::new(), thorough: OnceLock::new(), searches: AtomicU32::new(0) }
    }

    /// The regex for one more search with this pattern; nothing where it does not compile.
    pub(super) fn regex(&self, pattern: &str) -> Option<&Regex> {
        // Threads may lose a count to each other, which changes when the second compilation comes and nothing else.
        let searches = self.searches.load(Ordering::Relaxed);
        if searches < MANY {
            self.searches.store(searches + 1, Ordering::Relaxed);
            return self.quick.get_or_init(|| quick(pattern)).as_ref();
        }
        self.thorough.get_or_init(|| compile(pattern, Regex::config())).as_ref()
    }
}

/// Compiles for few searches.
fn quick(pattern: &str) -> Option<Regex> {
    compile(pattern, Regex::config().hybrid(false).dfa(false).onepass(false).auto_prefilter(false))
}

/// Compiles a search form, which may speak of the bytes of a character (`catalog::Form`).
fn compile(pattern: &str, config: Config) -> Option<Regex> {
    Regex::builder().configure(config).syntax(syntax::Config::new().utf8(false)).build(pattern).ok()
}

#[cfg(test)]
mod tests {
    use super::{MANY, Searcher};

    #[test]
    fn both_compilations_find_the_same() {
        let searcher = Searcher::new();
        for _ in 0..MANY + 2 {
            let regex = searcher.regex(r"^code (?P<code>E4\d\d)$").unwrap();
            let mut found = regex.create_captures();
            regex.captures("code E401", &mut found);
            assert_eq!(found.get_group_by_name("code").map(|span| span.range()), Some(5..9));
            assert!(!regex.is_match("code E401 "));
        }
        assert!(searcher.thorough.get().is_some());
        assert!(Searcher::new().regex("(").is_none());
    }
}
