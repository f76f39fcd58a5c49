//! Catalogue mistakes as compiler-grade messages.
//!
//! May import: `catalog::mistake`.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::mistake::{FileMistakes, Gravity};

/// All mistakes of a file as text, with colours if wanted.
///
/// ```
/// use lognosis::catalog::{CatalogBuilder, render_mistakes};
/// let mut builder = CatalogBuilder::new();
/// builder.add("mine.toml", "schema = 1\n[[rule]]\nidd = 'x'\n");
/// let mistakes = builder.finish().unwrap_err();
/// assert!(render_mistakes(&mistakes[0], false).contains("unknown key `idd` in a rule"));
/// ```
#[must_use]
pub fn render_mistakes(file: &FileMistakes, coloured: bool) -> String {
    let renderer = if coloured { Renderer::styled() } else { Renderer::plain() };
    let mut out = String::new();
    for mistake in &file.mistakes {
        let level = match mistake.kind.gravity() {
            Gravity::Error => Level::ERROR,
            Gravity::Warning => Level::WARNING,
        };
        let end = mistake.span.end.min(file.source.len());
        let span = mistake.span.start.min(end)..end;
        let annotation = AnnotationKind::Primary.span(span).label(mistake.label.as_str());
        let snippet = Snippet::source(file.source.as_str()).path(file.path.as_str()).annotation(annotation);
        let title = level.primary_title(mistake.title.as_str()).id(mistake.kind.code());
        let mut report = vec![Group::with_title(title).element(snippet)];
        if let Some(help) = &mistake.help {
            report.push(Group::with_title(Level::HELP.secondary_title(help.as_str())));
        }
        out.push_str(&renderer.render(&report));
        out.push_str("\n\n");
    }
    out
}
