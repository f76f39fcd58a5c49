//! The catalogue that is part of the program.
//!
//! May import: `catalog`.

use std::sync::LazyLock;

use crate::catalog::Catalog;

/// Packed by the build script from `rules/**/*.toml`.
static PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/catalog.bin"));

impl Catalog {
    /// The catalogue that is part of the program. Unpacked on first use, without copying its texts.
    ///
    /// ```
    /// use lognosis::catalog::Catalog;
    /// assert!(Catalog::builtin().rule("npm/e401").is_some());
    /// ```
    #[must_use]
    pub fn builtin() -> &'static Self {
        static CATALOG: LazyLock<Catalog> = LazyLock::new(|| {
            // The build script wrote these bytes from this very type; a test unpacks them.
            postcard::from_bytes(PACKED).unwrap_or_default()
        });
        &CATALOG
    }
}
