//! What CI systems put in front of a line beside stamps: commands, columns, branch names.
//!
//! May import: `text::frame`, `catalog`.

use super::{Format, Peel};
use crate::catalog::{Level, Origin};

/// `job TAB step TAB rest` of `gh run view --log`.
pub(super) fn gh_run_view(peel: &mut Peel<'_>) {
    let mut parts = peel.rest.splitn(3, '\t');
    if let (Some(job), Some(step), Some(rest)) = (parts.next(), parts.next(), parts.next()) {
        peel.enter(job);
        if step != "UNKNOWN STEP" {
            peel.enter(step);
        }
        peel.rest = rest;
    }
}

pub(super) fn peel(peel: &mut Peel<'_>, format: Format) -> bool {
    command(peel) || codebuild(peel) || (format == Format::Jenkins && branch(peel)) || (format == Format::TeamCity && teamcity(peel))
}

/// `##[error]text`, `::error file=a::text`, `##vso[task.logissue type=error;]text`. Groups and sections keep their mark:
/// the catalogue's markers read them.
fn command(peel: &mut Peel<'_>) -> bool {
    let text = peel.rest;
    if let Some(body) = text.strip_prefix("##[") {
        let Some((name, rest)) = body.split_once(']') else { return false };
        let Some(level) = level(name) else { return false };
        return set(peel, level, rest);
    }
    if let Some(body) = text.strip_prefix("::") {
        let Some((head, rest)) = body.split_once("::") else { return false };
        let name = head.split(' ').next().unwrap_or(head);
        let Some(level) = level(name) else { return false };
        return set(peel, level, rest);
    }
    if let Some(body) = text.strip_prefix("##vso[task.logissue ") {
        let Some((head, rest)) = body.split_once(']') else { return false };
        let level = if head.contains("type=error") { Level::Error } else { Level::Warn };
        return set(peel, level, rest);
    }
    false
}

fn level(name: &str) -> Option<Level> {
    match name {
        "error" => Some(Level::Error),
        "warning" => Some(Level::Warn),
        "notice" => Some(Level::Notice),
        "debug" => Some(Level::Verbose),
        _ => None,
    }
}

fn set<'a>(peel: &mut Peel<'a>, level: Level, rest: &'a str) -> bool {
    peel.level = level;
    peel.origin = Origin::Ci;
    peel.rest = rest;
    true
}

/// `[Container] ` of AWS CodeBuild; its stamp follows.
fn codebuild(peel: &mut Peel<'_>) -> bool {
    let Some(rest) = peel.rest.strip_prefix("[Container] ") else { return false };
    peel.rest = rest;
    peel.origin = Origin::Ci;
    true
}

/// `[branch] ` of parallel Jenkins stages; `[Pipeline] ` is Jenkins' own and stays.
fn branch(peel: &mut Peel<'_>) -> bool {
    let Some((name, rest)) = peel.rest.strip_prefix('[').and_then(|body| body.split_once("] ")) else { return false };
    let plain = name.len() <= 40 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b" ._-".contains(&b));
    if name == "Pipeline" || !plain || name.starts_with(|c: char| c.is_ascii_uppercase()) && name.to_uppercase() == name {
        return false;
    }
    peel.enter(name);
    peel.rest = rest;
    true
}

/// `W: [Step 2/3] ` behind `TeamCity`'s stamp.
fn teamcity(peel: &mut Peel<'_>) -> bool {
    let text = peel.rest.trim_start();
    for (mark, level) in [("W:", Level::Warn), ("E:", Level::Error), ("i:", Level::Info), (":", Level::None)] {
        if let Some(rest) = text.strip_prefix(mark) {
            let rest = rest.trim_start();
            peel.rest = rest;
            if level != Level::None {
                peel.level = level;
            }
            return true;
        }
    }
    if let Some((_, rest)) = text.strip_prefix("[Step ").and_then(|body| body.split_once("] ")) {
        peel.rest = rest;
        return true;
    }
    false
}

#[cfg(test)]
mod tests {
    use crate::catalog::{Level, Origin};
    use crate::text::{Format, Line};

    #[test]
    fn commands_become_levels() {
        for raw in ["##[error]boom", "::error file=a.ts,line=1::boom", "##vso[task.logissue type=error;code=1;]boom"] {
            let line = Line::new(raw, Format::Plain);
            assert_eq!((line.text(), line.level, line.origin), ("boom", Level::Error, Origin::Ci), "{raw}");
        }
        assert_eq!(Line::new("##[group]Run npm ci", Format::Plain).text(), "##[group]Run npm ci");
    }

    #[test]
    fn columns_and_branches_become_lanes() {
        let line = Line::new("build\tRun npm ci\t2026-11-20T10:11:12.1234567Z npm error code E401", Format::GhRunView);
        assert_eq!((line.text(), line.lane.as_str()), ("code E401", "build/Run npm ci"));
        let line = Line::new("[unit] npm ERR! code E401", Format::Jenkins);
        assert_eq!((line.text(), line.lane.as_str()), ("code E401", "unit"));
        assert_eq!(Line::new("[Pipeline] sh", Format::Jenkins).text(), "[Pipeline] sh");
    }
}
