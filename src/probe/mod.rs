//! A read-only look at this machine: .npmrc files, package.json, lockfile, environment.
//!
//! May import: `facts`, `error`.
