//! Hands a log's bytes to its scanner; those of a long log in a thread of its own.
//!
//! May import: `engine`.
//!
//! Reading a log costs: from a pipe it waits for the other program, out of an archive it is unpacked. Behind the first
//! megabytes of a log the scanner therefore works beside the reading.

use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::{Scope, ScopedJoinHandle};

use crate::engine::LogScanner;

/// Shorter logs are read and scanned in one thread.
const LONG: usize = 1024 * 1024;
/// Bytes that go to the other thread at once.
const BLOCK: usize = 128 * 1024;
/// Blocks that wait for it.
const WAITING: usize = 8;

/// A scanner, here or in its own thread.
pub(super) struct Feed<'scope, 'env, 'e> {
    scope: &'scope Scope<'scope, 'env>,
    side: Side<'scope, 'e>,
    /// Bytes that may still be scanned here.
    left: usize,
    /// Whether more than one thread is wanted; asked when it matters, for the answer may start them.
    may_part: fn() -> bool,
}

enum Side<'scope, 'e> {
    Here(Box<LogScanner<'e>>),
    There(There<'scope, 'e>),
    /// Between the two.
    Nowhere,
}

struct There<'scope, 'e> {
    blocks: SyncSender<Vec<u8>>,
    /// Blocks that have been scanned, to be filled again.
    used: Receiver<Vec<u8>>,
    pending: Vec<u8>,
    worker: ScopedJoinHandle<'scope, LogScanner<'e>>,
}

impl<'scope, 'env, 'e: 'scope> Feed<'scope, 'env, 'e> {
    /// Feeds a scanner. Where only one thread is wanted, it stays here.
    pub(super) fn new(scope: &'scope Scope<'scope, 'env>, scanner: LogScanner<'e>, may_part: fn() -> bool) -> Self {
        Self { scope, side: Side::Here(Box::new(scanner)), left: LONG, may_part }
    }

    /// The next bytes of the log.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        match &mut self.side {
            Side::Here(scanner) => {
                scanner.push(bytes);
                self.left = self.left.saturating_sub(bytes.len());
                if self.left == 0 {
                    if (self.may_part)() {
                        self.part();
                    } else {
                        self.left = usize::MAX;
                    }
                }
            }
            Side::There(there) => there.push(bytes),
            Side::Nowhere => {}
        }
    }

    /// The scanner, which has had all bytes.
    pub(super) fn finish(self) -> Option<LogScanner<'e>> {
        match self.side {
            Side::Here(scanner) => Some(*scanner),
            Side::There(there) => Some(there.finish()),
            Side::Nowhere => None,
        }
    }

    /// Moves the scanner to its own thread.
    fn part(&mut self) {
        let Side::Here(mut scanner) = std::mem::replace(&mut self.side, Side::Nowhere) else { return };
        let (blocks, receiver) = sync_channel::<Vec<u8>>(WAITING);
        let (give_back, used): (Sender<Vec<u8>>, Receiver<Vec<u8>>) = channel();
        let worker = self.scope.spawn(move || {
            for mut block in receiver {
                scanner.push(&block);
                block.clear();
                // Nobody takes it any more when the log has ended.
                let _ = give_back.send(block);
            }
            *scanner
        });
        self.side = Side::There(There { blocks, used, pending: Vec::with_capacity(BLOCK), worker });
    }
}

impl<'e> There<'_, 'e> {
    fn push(&mut self, bytes: &[u8]) {
        for piece in bytes.chunks(BLOCK) {
            self.pending.extend_from_slice(piece);
            if self.pending.len() >= BLOCK {
                let empty = self.used.try_recv().unwrap_or_else(|_| Vec::with_capacity(BLOCK * 2));
                // The worker is gone only when it panicked, and `finish` tells that.
                let _ = self.blocks.send(std::mem::replace(&mut self.pending, empty));
            }
        }
    }

    fn finish(self) -> LogScanner<'e> {
        let _ = self.blocks.send(self.pending);
        drop(self.blocks);
        self.worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

#[cfg(test)]
mod tests {
    use super::{Feed, LONG};
    use crate::catalog::Catalog;
    use crate::engine::{Engine, LogScanner};

    #[test]
    fn a_scanner_in_its_own_thread_finds_the_same() {
        let engine = Engine::new(Catalog::builtin()).unwrap();
        let mut log = "an ordinary line of a long log\n".repeat(2 * LONG / 31 + 9_000);
        log.push_str("npm error code E404\n");
        let [here, there]: [_; 2] = [|| false, || true].map(|may_part: fn() -> bool| {
            std::thread::scope(|scope| {
                let mut feed = Feed::new(scope, LogScanner::new(&engine), may_part);
                log.as_bytes().chunks(10_007).for_each(|chunk| feed.push(chunk));
                feed.finish().unwrap().finish()
            })
        });
        assert_eq!(here, there);
        assert!(!here.marks.is_empty());
    }
}
