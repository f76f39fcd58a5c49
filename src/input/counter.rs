//! How many bytes of the files have been read so far, for whoever wants to show how far it is.
//!
//! May import: nothing of ours.

use std::cell::Cell;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes of sources that are done. Its clones count together, on any thread.
#[derive(Clone, Debug, Default)]
pub struct Counter(Arc<AtomicU64>);

impl Counter {
    /// The bytes so far.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(super) fn add(&self, bytes: u64) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// Who counts a source makes it no other one.
impl PartialEq for Counter {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Counter {}

/// What one file, or one member, has in the whole: when it is dropped, it counts as read, also what was passed over.
#[derive(Debug, Default)]
pub(super) struct Share {
    counter: Option<Counter>,
    left: Cell<u64>,
}

impl Share {
    pub(super) fn new(counter: Option<&Counter>, bytes: impl FnOnce() -> u64) -> Self {
        Self { counter: counter.cloned(), left: Cell::new(if counter.is_some() { bytes() } else { 0 }) }
    }

    /// A reader whose bytes count.
    pub(super) fn reader<R>(&self, inner: R) -> Counted<'_, R> {
        Counted { inner, share: self }
    }

    fn count(&self, bytes: u64) {
        // A file that grows while it is read does not count for more than was known of it.
        let bytes = bytes.min(self.left.get());
        self.left.set(self.left.get() - bytes);
        if let Some(counter) = self.counter.as_ref().filter(|_| bytes > 0) {
            counter.add(bytes);
        }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.count(self.left.get());
    }
}

/// A reader whose bytes count.
#[derive(Debug)]
pub(super) struct Counted<'s, R> {
    inner: R,
    share: &'s Share,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        self.share.count(length as u64);
        Ok(length)
    }
}

impl<R: Seek> Seek for Counted<'_, R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::{Counter, Share};

    #[test]
    fn a_share_counts_once_and_whole() {
        let counter = Counter::default();
        let share = Share::new(Some(&counter), || 10);
        let mut piece = [0; 4];
        share.reader(&[0u8; 100][..]).read_exact(&mut piece).unwrap();
        assert_eq!(counter.bytes(), 4);
        share.reader(&[0u8; 100][..]).read_to_end(&mut Vec::new()).unwrap();
        assert_eq!(counter.bytes(), 10);
        drop(share);
        drop(Share::new(Some(&counter), || 5));
        assert_eq!(counter.bytes(), 15);
    }
}
