//! The same name for the same failure, whatever log, line or version it shows in.
//!
//! May import: nothing of ours.

use std::collections::BTreeMap;

/// Captures that tell one failure of a rule from another. Versions, paths and times change from run to run.
const KEYS: &[&str] = &["code", "host", "package", "scope", "variable", "module", "program", "script", "peer", "from", "test_file", "file"];

/// A fingerprint of 16 hex digits: FNV-1a over rule, first cause and telling captures.
pub(super) fn fingerprint(rule: &str, cause: Option<&str>, captures: &BTreeMap<String, String>) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut feed = |text: &str| {
        for byte in text.bytes().chain(std::iter::once(0)) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    };
    feed(rule);
    feed(cause.unwrap_or_default());
    for key in KEYS {
        if let Some(value) = captures.get(*key) {
            feed(key);
            feed(value);
        }
    }
    format!("{hash:016x}")
}
