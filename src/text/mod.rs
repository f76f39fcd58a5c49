//! Bytes to lines: encodings, colours, frames, wraps, secrets. Pure and streaming.
//!
//! May import: `catalog` (levels and origins).

mod ansi;
mod encoding;
mod frame;
mod join;
mod lines;
mod mask;
mod redact;

pub use ansi::{strip_ansi, strip_sequences};
pub use encoding::{Encoding, Utf16Decoder, utf16_len};
pub(crate) use frame::SAMPLE_BYTES;
pub use frame::{Format, Line, common_indent, segments};
pub use join::{ReportBlock, Wrapping};
pub use lines::LineReader;
pub use mask::{Mask, Piece, mask, mask_into, pieces};
pub use redact::redact;
