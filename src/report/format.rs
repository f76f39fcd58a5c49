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
    /// For an issue or a pull request.
    Markdown,
    /// JUnit's XML, which CI systems read as test results.
    Junit,
    /// Annotations of GitHub Actions.
    Github,
    /// GitLab's code quality.
    Gitlab,
    /// Issues of Azure Pipelines.
    Azure,
    /// For a spreadsheet.
    Csv,
    /// One page for a browser.
    Html,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Apache Parquet, a table of logs for DuckDB, Spark and pandas. In builds with the feature `parquet`.
    Parquet,
}

impl Format {
    /// All formats with the names that `--format` takes, and the endings of file names that mean them.
    pub const ALL: &'static [(Format, &'static str, &'static [&'static str])] = &[
        (Self::Human, "human", &["txt"]),
        (Self::Json, "json", &["json"]),
        (Self::Ndjson, "ndjson", &["ndjson", "jsonl"]),
        (Self::Markdown, "markdown", &["md", "markdown"]),
        (Self::Junit, "junit", &["xml"]),
        (Self::Github, "github", &[]),
        (Self::Gitlab, "gitlab", &[]),
        (Self::Azure, "azure", &[]),
        (Self::Csv, "csv", &["csv"]),
        (Self::Html, "html", &["html", "htm"]),
        (Self::Sarif, "sarif", &["sarif"]),
        (Self::Parquet, "parquet", &["parquet"]),
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

    /// The name that `--format` takes.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(format, _, _)| *format == self).map_or("", |(_, name, _)| *name)
    }

    /// Whether this build writes it.
    #[must_use]
    pub fn is_built(self) -> bool {
        cfg!(feature = "parquet") || self != Self::Parquet
    }

    /// Whether it is JSON, in which everything can be told.
    #[must_use]
    pub fn is_json(self) -> bool {
        matches!(self, Self::Json | Self::Ndjson)
    }
}
