//! Log text in Markdown: as prose, as code, in a fence, as a link. It stays text in each.
//!
//! May import: `report::escape`.

use crate::report::escape::{shorten, terminal_safe};

/// Characters of a text in a line or a cell.
const PROSE: usize = 500;

/// Text in a paragraph, a list or a cell of a table.
pub(super) fn prose(text: &str) -> String {
    let safe = terminal_safe(text);
    let text = shorten(safe.trim(), PROSE);
    let mut out = String::with_capacity(text.len() + 16);
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let mut chars = text.char_indices().peekable();
    let mut before = ' ';
    while let Some((at, c)) = chars.next() {
        let after = chars.peek().map_or(' ', |(_, c)| *c);
        match c {
            // A space of no width parts the sign from the name: nobody is called, no issue is linked.
            '@' | '#' if is_word(after) => {
                out.push_str(if c == '@' { "@&#8203;" } else { "\\#&#8203;" });
            }
            // Between letters it is no emphasis, and URLs stay whole.
            '_' if before.is_alphanumeric() && after.is_alphanumeric() => out.push(c),
            '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '$' | '!' | '#' => {
                out.push('\\');
                out.push(c);
            }
            // An entity works in cells of tables too, whatever stands before it.
            '|' => out.push_str("&#124;"),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // Marks of lists and headings.
            '-' | '+' | '=' if at == 0 => {
                out.push('\\');
                out.push(c);
            }
            '.' | ')' if at > 0 && at == digits => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
        before = c;
    }
    out
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '-'
}

/// Code in a paragraph or list: not for tables, where a bar would part the cell.
pub(super) fn code(text: &str) -> String {
    let safe = terminal_safe(text);
    let text = shorten(&safe, PROSE);
    if text.trim().is_empty() {
        return "\u{2014}".to_owned();
    }
    let ticks = "`".repeat(longest_run(&text) + 1);
    let pad = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    format!("{ticks}{pad}{text}{pad}{ticks}")
}

/// A fenced block, its lines behind an indent. The fence is longer than any row of its sign inside.
pub(super) fn fence(language: &str, lines: &[String], indent: &str) -> String {
    let safe: Vec<String> = lines.iter().map(|line| format!("{indent}{}", terminal_safe(line))).collect();
    let ticks = "`".repeat(safe.iter().map(|line| longest_run(line) + 1).max().unwrap_or(0).max(3));
    format!("{indent}{ticks}{language}\n{}\n{indent}{ticks}", safe.join("\n"))
}

/// A link, if the text is a URL that can stand in one; else the text.
pub(super) fn link(url: &str) -> String {
    let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '<' | '>' | '"' | '\\' | '`' | '[');
    if (url.starts_with("https://") || url.starts_with("http://")) && url.chars().all(plain) { format!("<{url}>") } else { prose(url) }
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{code, fence, link, prose};

    #[test]
    fn prose_is_no_markup() {
        for (text, written) in [
            ("a_b https://r.example/x_y", "a_b https://r.example/x_y"),
            ("_x_ *y* `z`", "\\_x\\_ \\*y\\* \\`z\\`"),
            ("<b>&amp;</b>", "&lt;b&gt;&amp;amp;&lt;/b&gt;"),
            ("a|b\\|c", "a&#124;b\\\\&#124;c"),
            ("[x](y)", "\\[x\\](y)"),
            ("@acme/ui #12", "@&#8203;acme/ui \\#&#8203;12"),
            ("- a", "\\- a"),
            ("12. a", "12\\. a"),
            (". a", ". a"),
        ] {
            assert_eq!(prose(text), written);
        }
    }

    #[test]
    fn code_and_fences_are_closed_by_us_alone() {
        assert_eq!(code("a`b``c"), "```a`b``c```");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(fence("sh", &["a ````".to_owned(), "```".to_owned()], "  "), "  `````sh\n  a ````\n  ```\n  `````");
        assert_eq!(fence("sh", &[], ""), "```sh\n\n```");
    }

    #[test]
    fn only_urls_are_links() {
        assert_eq!(link("https://docs.npmjs.com/x?a=b"), "<https://docs.npmjs.com/x?a=b>");
        assert_eq!(link("javascript:alert(1)"), "javascript:alert(1)");
        assert_eq!(link("https://x/> <b>"), "https://x/&gt; &lt;b&gt;");
    }
}
