//! Ctrl-C as a wish to hear what is known so far.
//!
//! May import: nothing of ours.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::SIGINT;
use signal_hook::flag;

/// The exit code of a program that Ctrl-C ended.
const ENDED: i32 = 130;

/// A flag that the first Ctrl-C sets. The second one ends the program: reading a slow disk may take long.
pub(super) fn watch() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    // In this order, so that the first one finds the flag unset. Where signals cannot be had, Ctrl-C ends the program.
    let _ = flag::register_conditional_shutdown(SIGINT, ENDED, Arc::clone(&stop));
    let _ = flag::register(SIGINT, Arc::clone(&stop));
    stop
}
