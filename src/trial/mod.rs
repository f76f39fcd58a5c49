//! Puts a catalogue to the test: its own examples, and folders of labelled logs.
//!
//! May import: `catalog`, `text`, `engine`, `diagnose`, `error`, `input` (to read labelled logs).

mod cases;
mod decidable;
mod examples;
mod letter_case;
mod score;
mod vocabulary;

pub use cases::{Case, Label, find_cases};
pub use decidable::log_can_tell;
pub use examples::{Surprise, try_rule};
pub use letter_case::letter_case;
pub use score::{Answer, Asked, Grade, Score, ScoreRow, grade};
pub use vocabulary::{Target, Vocabulary};
