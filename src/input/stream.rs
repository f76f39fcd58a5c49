//! A buffered stream that can be looked into before it is read.
//!
//! May import: nothing of ours.

use std::io::{self, BufRead, Read};

/// Large enough that system calls cost nothing, small enough that many threads fit in memory.
const CHUNK: usize = 256 * 1024;

/// Bytes from wherever they come, with a look at what comes next.
pub(super) struct Stream<'r> {
    inner: &'r mut dyn Read,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// What went wrong behind the bytes that are here.
    error: Option<io::Error>,
}

impl<'r> Stream<'r> {
    pub(super) fn new(inner: &'r mut dyn Read) -> Self {
        Self { inner, buffer: vec![0; CHUNK], start: 0, end: 0, error: None }
    }

    /// The next bytes, fewer than `length` only at the end, or where reading fails: that is told when they are read.
    /// `length` is at most the buffer's size.
    pub(super) fn peek(&mut self, length: usize) -> io::Result<&[u8]> {
        if self.buffer.len() - self.start < length {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        while self.end - self.start < length {
            match self.fill() {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) if self.start == self.end => return Err(error),
                Err(error) => {
                    self.error = Some(error);
                    break;
                }
            }
        }
        Ok(&self.buffer[self.start..self.end.min(self.start + length)])
    }

    fn fill(&mut self) -> io::Result<usize> {
        if let Some(error) = self.error.take() {
            return Err(error);
        }
        loop {
            match self.inner.read(&mut self.buffer[self.end..]) {
                Ok(length) => {
                    self.end += length;
                    return Ok(length);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl BufRead for Stream<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
            self.fill()?;
        }
        Ok(&self.buffer[self.start..self.end])
    }

    fn consume(&mut self, length: usize) {
        self.start = self.end.min(self.start + length);
    }
}

impl Read for Stream<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let bytes = self.fill_buf()?;
        let length = bytes.len().min(out.len());
        out[..length].copy_from_slice(&bytes[..length]);
        self.consume(length);
        Ok(length)
    }
}

impl std::fmt::Debug for Stream<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stream").field("buffered", &(self.end - self.start)).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::Stream;

    /// Gives one byte a read.
    struct Slow(std::vec::IntoIter<u8>);

    impl Read for Slow {
        fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
            Ok(self.0.next().map_or(0, |byte| {
                out[0] = byte;
                1
            }))
        }
    }

    #[test]
    fn a_look_takes_nothing_away() {
        let text: Vec<u8> = (0..=255).cycle().take(700_000).collect();
        let mut slow = Slow(text.clone().into_iter());
        let mut stream = Stream::new(&mut slow);
        let mut read = Vec::new();
        let mut piece = [0; 199_999];
        loop {
            let peeked = stream.peek(512).unwrap().to_vec();
            assert!(text[read.len()..].starts_with(&peeked) && peeked.len() == (text.len() - read.len()).min(512));
            match stream.read(&mut piece).unwrap() {
                0 => break,
                length => read.extend_from_slice(&piece[..length]),
            }
        }
        assert!(read == text);
    }
}
