//! Looks for one text in a line.
//!
//! May import: `catalog`.

use memchr::memchr2_iter;
use memchr::memmem::Finder;

use crate::catalog::{Form, Sought};

/// A text that is looked for.
#[derive(Debug)]
pub(super) enum Needle {
    /// As it is written.
    Exact(Box<Finder<'static>>),
    /// In any letter case; lower case here.
    Folded(Box<[u8]>),
}

impl Needle {
    pub(super) fn new(sought: &Sought) -> Self {
        let text = sought.text.as_bytes();
        if sought.ignores_case { Self::Folded(text.into()) } else { Self::Exact(Box::new(Finder::new(text).into_owned())) }
    }

    /// Those of all texts that a form demands, its prefix among them.
    pub(super) fn all(form: &Form) -> Vec<Self> {
        let prefix = Sought { text: form.prefix.clone(), ignores_case: false };
        form.texts.iter().chain(Some(&prefix).filter(|prefix| !prefix.text.is_empty())).map(Self::new).collect()
    }

    pub(super) fn stands_in(&self, line: &[u8]) -> bool {
        match self {
            Self::Exact(finder) => finder.find(line).is_some(),
            Self::Folded(text) => {
                let Some(first) = text.first() else { return true };
                let starts = memchr2_iter(*first, first.to_ascii_uppercase(), line);
                let mut pieces = starts.filter_map(|at| line.get(at..at + text.len()));
                pieces.any(|piece| piece.eq_ignore_ascii_case(text))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Needle;
    use crate::catalog::Sought;

    #[test]
    fn letter_case_counts_unless_it_does_not() {
        let needle = |ignores_case| Needle::new(&Sought { text: "npm.js".into(), ignores_case });
        assert!(needle(false).stands_in(b"x npm.js"));
        assert!(!needle(false).stands_in(b"x NPM.js"));
        assert!(needle(true).stands_in(b"nNpm NPM.Js"));
        assert!(!needle(true).stands_in(b"NPM.J"));
    }
}
