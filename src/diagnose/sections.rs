//! Facts that stand on the line below their heading, as yarn 1 writes them into yarn-error.log.
//!
//! May import: `engine` (marks).
//!
//! A pattern sees one line, and a bare `1.22.19` is nobody's. But the lines before a failure are kept, and the file is
//! written for failures only: its marker is the heading behind the facts.

use crate::engine::{Mark, Scan};

/// Headings, and the fact that the line below tells.
const SECTIONS: &[(&str, &str)] =
    &[("Arguments:", "arguments"), ("Yarn version:", "version"), ("Node version:", "node"), ("Platform:", "os")];

/// The facts in the sections before a mark.
pub(super) fn facts(scan: &Scan, mark: &Mark) -> Vec<(String, String)> {
    let Some(context) = scan.contexts.iter().find(|context| context.line == mark.line) else { return Vec::new() };
    let pairs = context.lines.windows(2);
    pairs.filter_map(|pair| fact(&pair[0].text, &pair[1].text)).collect()
}

fn fact(heading: &str, below: &str) -> Option<(String, String)> {
    // In a quotation each line has its mark.
    let [heading, below] = [heading, below].map(|text| text.trim_start_matches(['>', ' ']));
    let (_, name) = SECTIONS.iter().find(|(known, _)| *known == heading)?;
    let is_heading = below.ends_with(':') && below.starts_with(|c: char| c.is_ascii_uppercase());
    if is_heading {
        return None;
    }
    if *name == "arguments" {
        return Some(("command".to_owned(), command(below)?));
    }
    Some(((*name).to_owned(), below.to_owned()))
}

/// `/usr/bin/node /usr/lib/yarn/bin/yarn.js add left-pad` is `yarn add left-pad`.
fn command(arguments: &str) -> Option<String> {
    let behind = arguments.match_indices("yarn").filter(|(at, _)| arguments[..*at].ends_with(['/', '\\'])).map(|(at, name)| {
        let rest = &arguments[at + name.len()..];
        let rest = rest.strip_prefix("pkg").unwrap_or(rest);
        rest.strip_prefix(".js").unwrap_or(rest)
    });
    let rest = behind.into_iter().find(|rest| rest.is_empty() || rest.starts_with(' '))?;
    Some(format!("yarn {}", rest.trim()).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::fact;

    #[test]
    fn a_section_gives_its_fact_unless_it_is_empty() {
        let pair = |name: &str, value: &str| Some((name.to_owned(), value.to_owned()));
        assert_eq!(fact("Yarn version:", "1.22.19"), pair("version", "1.22.19"));
        assert_eq!(fact("Yarn version:", "Node version:"), None);
        let windows = r"C:\Program Files\nodejs\node.exe C:\Program Files (x86)\Yarn\bin\yarn.js install --check-files";
        assert_eq!(fact("Arguments:", windows), pair("command", "yarn install --check-files"));
        assert_eq!(fact("Arguments:", "/usr/bin/node /opt/yarn/bin/yarn.js"), pair("command", "yarn"));
        assert_eq!(fact("Arguments:", "/n/v18/bin/node /usr/local/bin/yarn add left-pad"), pair("command", "yarn add left-pad"));
        assert_eq!(fact("> Platform:", ">   darwin x64"), pair("os", "darwin x64"));
        assert_eq!(fact("Lockfile:", "No lockfile"), None);
    }
}
