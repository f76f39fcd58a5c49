//! Reads the plain part of YAML that .yarnrc.yml and pnpm-workspace.yaml are made of: maps of scalars, by indentation.
//!
//! May import: nothing of ours.

/// A scalar with the keys that lead to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Scalar {
    pub(super) path: Vec<String>,
    pub(super) value: String,
    /// From 1.
    pub(super) line: u32,
}

/// All `key: value` of a text. Lists and texts over several lines are passed over.
pub(super) fn scalars(text: &str) -> Vec<Scalar> {
    let mut out = Vec::new();
    let mut open: Vec<(usize, String)> = Vec::new();
    for (number, line) in (1u32..).zip(text.lines()) {
        let body = line.trim_start();
        if body.is_empty() || body.starts_with(['#', '-']) {
            continue;
        }
        let indent = line.len() - body.len();
        let Some((key, value)) = split(body) else { continue };
        open.retain(|(depth, _)| *depth < indent);
        if value.is_empty() {
            open.push((indent, key));
        } else {
            let path = open.iter().map(|(_, key)| key.clone()).chain(std::iter::once(key)).collect();
            out.push(Scalar { path, value, line: number });
        }
    }
    out
}

/// `key: value`, the key quoted or not: `"//npm.example.com": ..`.
fn split(body: &str) -> Option<(String, String)> {
    let quote = body.chars().next().filter(|c| matches!(c, '"' | '\''));
    let (key, rest) = match quote {
        Some(quote) => body[1..].split_once(quote)?,
        None => body.split_at(body.find(": ").or_else(|| body.trim_end().strip_suffix(':').map(str::len))?),
    };
    let value = rest.trim_start().strip_prefix(':')?.trim();
    Some((key.trim().to_owned(), scalar(value)))
}

fn scalar(value: &str) -> String {
    match value.chars().next() {
        Some(quote @ ('"' | '\'')) => value[1..].split(quote).next().unwrap_or_default().to_owned(),
        Some('#') | None => String::new(),
        _ => value.split(" #").next().unwrap_or(value).trim_end().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::scalars;

    #[test]
    fn reads_nested_maps() {
        let text = "npmRegistryServer: \"https://h/\"  # note\nnpmScopes:\n  acme:\n    npmAuthToken: ${T}\n    npmRegistryServer: 'https://a/'\nnpmRegistries:\n  \"//h/p\":\n    npmAuthToken: x\nlist:\n  - a: b\nenableStrictSsl: false\n";
        let found: Vec<(String, String, u32)> = scalars(text).into_iter().map(|s| (s.path.join(">"), s.value, s.line)).collect();
        let expected = [
            ("npmRegistryServer", "https://h/", 1),
            ("npmScopes>acme>npmAuthToken", "${T}", 4),
            ("npmScopes>acme>npmRegistryServer", "https://a/", 5),
            ("npmRegistries>//h/p>npmAuthToken", "x", 8),
            ("enableStrictSsl", "false", 11),
        ];
        let expected: Vec<_> = expected.iter().map(|(a, b, c)| ((*a).to_owned(), (*b).to_owned(), *c)).collect();
        assert_eq!(found, expected);
    }
}
