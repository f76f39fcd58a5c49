//! `lognosis explain CODE|RULE|WORDS`: a rule as text, offline.
//!
//! May import: everything.

use std::io::{self, BufWriter, Write};

use crate::catalog::{Explanation, Rule, explain_rule, find_rules, template};
use crate::cli::args::ExplainArgs;
use crate::cli::exit::Exit;
use crate::cli::settings::Settings;
use crate::cli::ui::{CommandError, Ui};
use crate::report::{Format, terminal_safe};

/// More rules than this are listed and not told.
const TOLD: usize = 3;

pub(in crate::cli) fn run(args: &ExplainArgs, settings: &Settings, ui: &mut Ui) -> Result<Exit, CommandError> {
    settings.only_formats(&[Format::Human, Format::Markdown, Format::Json, Format::Ndjson])?;
    let query = args.query.join(" ");
    let catalog = settings.catalog()?;
    let rules = match find_rules(&catalog, &query) {
        Explanation::Rules(rules) => rules,
        Explanation::Unknown(alike) => {
            let hint = if alike.is_empty() {
                "`lognosis rules list` shows all rules".to_owned()
            } else {
                format!("did you mean {}? `lognosis rules list` shows all rules", alike.join(", "))
            };
            return Err(CommandError::usage(format!("no rule for '{query}'"), hint));
        }
    };
    let mut out = BufWriter::new(ui.out());
    tell(rules, &query, settings.format, ui, &mut out)?;
    out.flush()?;
    Ok(Exit::Fine)
}

fn tell(rules: Vec<&Rule>, query: &str, format: Format, ui: &Ui, out: &mut impl Write) -> io::Result<()> {
    if format.is_json() {
        for rule in &rules {
            if format == Format::Json {
                serde_json::to_writer_pretty(&mut *out, rule)?;
            } else {
                serde_json::to_writer(&mut *out, rule)?;
            }
            writeln!(out)?;
        }
        return Ok(());
    }
    if format == Format::Markdown {
        for (at, rule) in rules.iter().enumerate() {
            write!(out, "{}{}", if at > 0 { "\n" } else { "" }, explain_rule(rule))?;
        }
        return Ok(());
    }
    let (told, others) = match rules.iter().position(|rule| rule.id.starts_with("npm/")) {
        // Many clients have a code of that name: npm's is told, the others are named.
        Some(npm) if is_code(rules[npm], query) => {
            let others: Vec<&Rule> = rules.iter().enumerate().filter(|(at, _)| *at != npm).map(|(_, rule)| *rule).collect();
            (vec![rules[npm]], others)
        }
        _ => (rules, Vec::new()),
    };
    if told.len() > TOLD {
        writeln!(out, "{} rules speak of '{}':\n", told.len(), terminal_safe(query))?;
        for rule in &told {
            write!(out, "{}", ui.style.wrap("  ", "      ", &format!("{}  {}", rule.id, template::fill(&rule.title, |_| None))))?;
        }
        writeln!(out, "\nTell one of them: lognosis explain {}", told[0].id)?;
        return Ok(());
    }
    for (at, rule) in told.iter().enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        for line in explain_rule(rule).lines() {
            let indent = line.len() - line.trim_start().len();
            let rest = " ".repeat(indent + if line.trim_start().starts_with("- ") { 2 } else { 0 });
            match line.strip_prefix('#') {
                Some(heading) => writeln!(out, "{}", ui.style.head(heading.trim_start_matches('#').trim()))?,
                None if line.is_empty() => writeln!(out)?,
                // A terminal shows no Markdown.
                None => write!(out, "{}", ui.style.wrap(&" ".repeat(indent), &rest, &line.trim_start().replace("**", "")))?,
            }
        }
    }
    if !others.is_empty() {
        let list: Vec<&str> = others.iter().map(|rule| &*rule.id).collect();
        write!(out, "\n{}", ui.style.wrap("", "  ", &format!("The same code elsewhere: {}", list.join(", "))))?;
    }
    Ok(())
}

/// Whether a rule is about the very code that was asked for.
fn is_code(rule: &Rule, query: &str) -> bool {
    rule.code.as_deref().is_some_and(|code| code.eq_ignore_ascii_case(query))
}
