//! package.json and node_modules.
//!
//! May import: `facts`.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::environment::Environment;
use super::lockfile::json_state;
use super::{Text, conflict_line, line_at, read_text};
use crate::facts::{FileState, Manifest, NodeModules, without_userinfo};

/// Reads package.json; nothing where there is none.
pub(super) fn read(folder: &Path, environment: &Environment) -> Option<Manifest> {
    let path = folder.join("package.json");
    let mut manifest = Manifest {
        name: environment.display(&path),
        state: FileState::Fine,
        is_private: false,
        package_manager: None,
        engines: BTreeMap::new(),
        publish_registry: None,
        workspace_protocol: None,
    };
    let text = match read_text(&path) {
        Text::Missing => return None,
        Text::Unreadable(why) => {
            manifest.state = FileState::Unread(why);
            return Some(manifest);
        }
        Text::Read(text) => text,
    };
    manifest.state = conflict_line(text.as_bytes()).map_or_else(|| json_state(text.as_bytes()), FileState::Conflict);
    let Ok(json) = serde_json::from_str::<Value>(text.trim_start_matches('\u{feff}')) else { return Some(manifest) };
    let word = |value: &Value| value.as_str().map(str::to_owned);
    manifest.is_private = json["private"] == true;
    manifest.package_manager = word(&json["packageManager"]).map(|named| named.split('+').next().unwrap_or_default().to_owned());
    manifest.publish_registry = word(&json["publishConfig"]["registry"]).map(|url| without_userinfo(&url));
    if let Some(engines) = json["engines"].as_object() {
        manifest.engines = engines.iter().filter_map(|(name, range)| Some((name.clone(), word(range)?))).collect();
    }
    manifest.workspace_protocol = workspace_protocol(&json, &text);
    Some(manifest)
}

fn workspace_protocol(json: &Value, text: &str) -> Option<(String, u32)> {
    let kinds = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];
    let mut all = kinds.iter().filter_map(|kind| json[*kind].as_object()).flatten();
    let (name, range) = all.find(|(_, range)| range.as_str().is_some_and(|range| range.starts_with("workspace:")))?;
    let range = range.as_str().unwrap_or_default();
    let at = text.find(&format!("\"{range}\"")).unwrap_or_default();
    Some((name.clone(), line_at(text.as_bytes(), at)))
}

/// Files by which a node_modules tells who made it.
const SIGNS: &[(&str, &str)] = &[
    (".modules.yaml", "pnpm"),
    (".pnpm", "pnpm"),
    (".yarn-state.yml", "yarn"),
    (".yarn-integrity", "yarn"),
    (".bun", "bun"),
    (".package-lock.json", "npm"),
];

/// The project's node_modules; nothing where there is none.
pub(super) fn node_modules(folder: &Path) -> Option<NodeModules> {
    let folder = folder.join("node_modules");
    if !folder.is_dir() {
        return None;
    }
    let sign = SIGNS.iter().find(|(sign, _)| folder.join(sign).exists());
    Some(NodeModules { made_by: sign.map(|(sign, client)| (*client, format!("node_modules/{sign}"))) })
}
