//! The formats of reports, listed once.
//!
//! May import: nothing of ours.

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// For people at a terminal.
    Human,
    /// One JSON object.
    Json,
    /// One JSON object a line, one line a log.
    Ndjson,
    /// One page for a browser.
    Html,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
}

impl Format {
    /// All formats with the names that `--format` takes, and the endings of file names that mean them.
    pub const ALL: &'static [(Format, &'static str, &'static [&'static str])] = &[
        (Self::Human, "human", &["txt"]),
        (Self::Json, "json", &["json"]),
        (Self::Ndjson, "ndjson", &["ndjson", "jsonl"]),
        (Self::Html, "html", &["html", "htm"]),
        (Self::Sarif, "sarif", &["sarif"]),
    ];

    /// The format of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known, _)| *known == name).map(|(format, _, _)| *format)
    }

    /// The format that a file's ending means.
    ///
    /// ```
    /// use lognosis::report::Format;
    /// assert_eq!(Format::from_ending("json"), Some(Format::Json));
    /// assert_eq!(Format::from_ending("docx"), None);
    /// ```
    #[must_use]
    pub fn from_ending(ending: &str) -> Option<Self> {
        let ending = ending.to_ascii_lowercase();
        Self::ALL.iter().find(|(_, _, endings)| endings.contains(&&*ending)).map(|(format, _, _)| *format)
    }

    /// Whether a program reads it.
    #[must_use]
    pub fn is_machine(self) -> bool {
        self != Self::Human
    }
}
