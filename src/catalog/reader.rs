//! Reads TOML tables key by key and remembers every mistake and every span, so that one run reports all of them.
//!
//! May import: `catalog::mistake`, `catalog::model`. serde's derive would stop at the first mistake and loses spans
//! below flattened tables; this reader is as short as the structs it fills.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::mistake::{Mistake, MistakeKind, closest};
use super::model::Text;

/// Where each key of an item stands: `signature.0.pattern` to its bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spans(BTreeMap<String, Range<usize>>);

impl Spans {
    /// The bytes of `path`, or of the nearest table around it.
    #[must_use]
    pub fn of(&self, path: &str) -> Range<usize> {
        let mut path = path;
        loop {
            if let Some(span) = self.0.get(path) {
                return span.clone();
            }
            path = match path.rfind('.') {
                Some(dot) => &path[..dot],
                None if path.is_empty() => return 0..0,
                None => "",
            };
        }
    }
}

impl Spans {
    /// The same spans with the first `count` parts of each path taken off.
    pub(super) fn without_leading(self, count: usize) -> Self {
        let strip = |path: &str| path.splitn(count + 1, '.').nth(count).unwrap_or("").to_owned();
        Self(self.0.into_iter().map(|(path, span)| (strip(&path), span)).collect())
    }
}

/// Collects what the tables of one item bring up.
#[derive(Debug, Default)]
pub(super) struct Notes {
    pub(super) mistakes: Vec<Mistake>,
    pub(super) spans: Spans,
}

impl Notes {
    pub(super) fn mistake(
        &mut self,
        kind: MistakeKind,
        span: Range<usize>,
        title: impl Into<String>,
        label: impl Into<String>,
        help: Option<String>,
    ) {
        self.mistakes.push(Mistake { kind, title: title.into(), span, label: label.into(), help });
    }
}

/// One table under reading. Call the typed getters, then [`Table::finish`].
pub(super) struct Table<'a, 'i> {
    table: &'a DeTable<'i>,
    span: Range<usize>,
    path: String,
    what: &'static str,
    seen: Vec<&'static str>,
}

impl<'a, 'i> Table<'a, 'i> {
    /// `what` names the table in messages: `a rule`.
    pub(super) fn new(table: &'a DeTable<'i>, span: Range<usize>, path: String, what: &'static str, notes: &mut Notes) -> Self {
        notes.spans.0.insert(path.clone(), span.clone());
        Self { table, span, path, what, seen: Vec::new() }
    }

    fn child_path(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    pub(super) fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    fn get(&mut self, key: &'static str, notes: &mut Notes) -> Option<&'a Spanned<DeValue<'i>>> {
        self.seen.push(key);
        let value = self.table.get(key)?;
        notes.spans.0.insert(self.child_path(key), value.span());
        Some(value)
    }

    fn wrong_type(value: &Spanned<DeValue<'_>>, key: &str, wanted: &str, notes: &mut Notes) {
        let found = value.get_ref().type_str();
        notes.mistake(MistakeKind::WrongType, value.span(), format!("`{key}` must be {wanted}"), format!("this is of type {found}"), None);
    }

    /// A key that may be absent and must be a string.
    pub(super) fn text(&mut self, key: &'static str, notes: &mut Notes) -> Option<Text> {
        let value = self.get(key, notes)?;
        if let Some(text) = value.get_ref().as_str() {
            return Some(Text::from(text.to_owned()));
        }
        Self::wrong_type(value, key, "a string", notes);
        None
    }

    /// A key that must be there and must be a string.
    pub(super) fn need_text(&mut self, key: &'static str, notes: &mut Notes) -> Text {
        match self.text(key, notes) {
            Some(text) => text,
            None => {
                self.missing(key, notes);
                Text::default()
            }
        }
    }

    fn missing(&self, key: &str, notes: &mut Notes) {
        if self.table.get(key).is_none() {
            // Only the header of the table is marked: its whole body would bury the message.
            let end = self.span.end.min(self.span.start + 1).max(self.span.start);
            notes.mistake(
                MistakeKind::MissingKey,
                self.span.start..end,
                format!("{} needs the key `{key}`", self.what),
                "in this table",
                Some(format!("add `{key} = ..`; rules/README.md describes every key")),
            );
        }
    }

    /// A boolean, `false` where absent.
    pub(super) fn flag(&mut self, key: &'static str, notes: &mut Notes) -> bool {
        let Some(value) = self.get(key, notes) else { return false };
        value.get_ref().as_bool().unwrap_or_else(|| {
            Self::wrong_type(value, key, "true or false", notes);
            false
        })
    }

    /// A small number.
    pub(super) fn number(&mut self, key: &'static str, default: u16, notes: &mut Notes) -> u16 {
        let Some(value) = self.get(key, notes) else { return default };
        value.get_ref().as_integer().and_then(|n| n.as_str().parse().ok()).unwrap_or_else(|| {
            Self::wrong_type(value, key, "a number from 0 to 65535", notes);
            default
        })
    }

    /// A string or a list of strings, each with its span.
    fn strings(&mut self, key: &'static str, notes: &mut Notes) -> Vec<(Text, Range<usize>)> {
        let Some(value) = self.get(key, notes) else { return Vec::new() };
        if let Some(text) = value.get_ref().as_str() {
            return vec![(Text::from(text.to_owned()), value.span())];
        }
        let Some(items) = value.get_ref().as_array() else {
            Self::wrong_type(value, key, "a string or a list of strings", notes);
            return Vec::new();
        };
        let mut out = Vec::new();
        for (index, item) in items.iter().enumerate() {
            notes.spans.0.insert(format!("{}.{index}", self.child_path(key)), item.span());
            match item.get_ref().as_str() {
                Some(text) => out.push((Text::from(text.to_owned()), item.span())),
                None => Self::wrong_type(item, key, "a list of strings", notes),
            }
        }
        out
    }

    /// A string or a list of strings; empty where absent.
    pub(super) fn texts(&mut self, key: &'static str, notes: &mut Notes) -> Vec<Text> {
        self.strings(key, notes).into_iter().map(|(text, _)| text).collect()
    }

    /// A word of a fixed list.
    pub(super) fn word<T: Copy>(&mut self, key: &'static str, all: &[(T, &'static str)], notes: &mut Notes) -> Option<T> {
        let value = self.get(key, notes)?;
        match value.get_ref().as_str() {
            Some(text) => pick(text, value.span(), key, all, notes),
            None => {
                Self::wrong_type(value, key, "a string", notes);
                None
            }
        }
    }

    /// A word of a fixed list that must be there.
    pub(super) fn need_word<T: Copy>(&mut self, key: &'static str, all: &[(T, &'static str)], notes: &mut Notes) -> Option<T> {
        let found = self.word(key, all, notes);
        if found.is_none() {
            self.missing(key, notes);
        }
        found
    }

    /// Words of a fixed list; empty where absent.
    pub(super) fn words<T: Copy>(&mut self, key: &'static str, all: &[(T, &'static str)], notes: &mut Notes) -> Vec<T> {
        let strings = self.strings(key, notes);
        strings.into_iter().filter_map(|(text, span)| pick(&text, span, key, all, notes)).collect()
    }

    /// A table or a list of tables; empty where absent.
    pub(super) fn tables(&mut self, key: &'static str, what: &'static str, notes: &mut Notes) -> Vec<Table<'a, 'i>> {
        let Some(value) = self.get(key, notes) else { return Vec::new() };
        if let Some(table) = value.get_ref().as_table() {
            return vec![Table::new(table, value.span(), format!("{}.0", self.child_path(key)), what, notes)];
        }
        let Some(items) = value.get_ref().as_array() else {
            Self::wrong_type(value, key, "a table or a list of tables", notes);
            return Vec::new();
        };
        let mut out = Vec::new();
        for (index, item) in items.iter().enumerate() {
            match item.get_ref().as_table() {
                Some(table) => {
                    out.push(Table::new(table, item.span(), format!("{}.{index}", self.child_path(key)), what, notes));
                }
                None => Self::wrong_type(item, key, "a list of tables", notes),
            }
        }
        out
    }

    /// A table whose values are all strings, in the file's key order (TOML tables are sorted by key).
    pub(super) fn string_map(&mut self, key: &'static str, notes: &mut Notes) -> Vec<(Text, Text)> {
        let Some(value) = self.get(key, notes) else { return Vec::new() };
        let Some(table) = value.get_ref().as_table() else {
            Self::wrong_type(value, key, "a table of strings", notes);
            return Vec::new();
        };
        let mut out = Vec::new();
        for (name, item) in table {
            notes.spans.0.insert(format!("{}.{}", self.child_path(key), name.get_ref()), item.span());
            match item.get_ref().as_str() {
                Some(text) => out.push((Text::from(name.get_ref().to_string()), Text::from(text.to_owned()))),
                None => Self::wrong_type(item, name.get_ref(), "a string", notes),
            }
        }
        out
    }

    /// Reports the keys that nobody asked for.
    pub(super) fn finish(self, notes: &mut Notes) {
        for (key, _) in self.table {
            let name = key.get_ref();
            if self.seen.iter().any(|seen| *seen == name.as_ref()) {
                continue;
            }
            let help = match closest(name, self.seen.iter().copied()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("{} may have: {}", self.what, self.seen.join(", ")),
            };
            notes.mistake(MistakeKind::UnknownKey, key.span(), format!("unknown key `{name}` in {}", self.what), "no such key", Some(help));
        }
    }
}

fn pick<T: Copy>(text: &str, span: Range<usize>, key: &str, all: &[(T, &'static str)], notes: &mut Notes) -> Option<T> {
    if let Some((value, _)) = all.iter().find(|(_, name)| *name == text) {
        return Some(*value);
    }
    let names: Vec<&str> = all.iter().map(|(_, name)| *name).collect();
    let help = match closest(text, names.iter().copied()) {
        Some(meant) => format!("did you mean \"{meant}\"? The values are: {}", names.join(", ")),
        None => format!("the values are: {}", names.join(", ")),
    };
    notes.mistake(MistakeKind::UnknownValue, span, format!("`{key}` has no value \"{text}\""), "not one of its values", Some(help));
    None
}
