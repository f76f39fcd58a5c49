//! Ctrl-C as a wish to hear what is known so far.
//!
//! May import: nothing of ours.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use signal_hook::consts::SIGINT;
use signal_hook::flag;

/// The exit code of a program that Ctrl-C ended.
const ENDED: i32 = 130;
/// How soon the wish is seen.
const LOOK: Duration = Duration::from_millis(50);
/// One press of the keys can arrive twice: from the terminal, and from a program such as `timeout` that hands it on.
const ONE_PRESS: Duration = Duration::from_millis(300);

/// A flag that the first Ctrl-C sets. The second one ends the program: reading a slow disk may take long.
pub(super) fn watch() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let armed = Arc::new(AtomicBool::new(false));
    // Where signals cannot be had, Ctrl-C ends the program.
    let _ = flag::register_conditional_shutdown(SIGINT, ENDED, Arc::clone(&armed));
    let _ = flag::register(SIGINT, Arc::clone(&stop));
    let asked = Arc::clone(&stop);
    thread::spawn(move || {
        while !asked.load(Ordering::Relaxed) {
            thread::sleep(LOOK);
        }
        thread::sleep(ONE_PRESS);
        armed.store(true, Ordering::Relaxed);
    });
    stop
}
