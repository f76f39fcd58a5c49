//! Compressed streams: gzip, Zstandard, xz and bzip2, one frame after the other.
//!
//! May import: `input::{looks, stream}`.

use std::io::{self, Read};

use bzip2::bufread::BzDecoder;
use flate2::bufread::GzDecoder;
use lzma_rust2::XzReader;
use zstd::stream::read::Decoder as ZstdDecoder;

use super::looks::Container;
use super::stream::Stream;

/// The window of xz and Zstandard is memory that the file asks for. `xz -9` and `zstd -21` ask for this much.
pub(super) const WINDOW: u64 = 64 << 20;
/// What is packed in something that has a window already gets the one of `xz -6` and `zstd -19`.
pub(super) const INNER_WINDOW: u64 = 8 << 20;

/// The unpacked bytes of a compressed stream. Frames may follow each other, as `cat a.gz b.gz` makes them.
pub(super) struct Decoder<'a, 'r> {
    state: State<'a, 'r>,
    window: u64,
}

type Input<'a, 'r> = &'a mut Stream<'r>;

enum State<'a, 'r> {
    /// Before a frame.
    Between(Container, Input<'a, 'r>),
    Gzip(Box<GzDecoder<Input<'a, 'r>>>),
    Bzip2(BzDecoder<Input<'a, 'r>>),
    Zstd(ZstdDecoder<'static, Input<'a, 'r>>),
    /// Knows by itself that several streams may follow each other.
    Xz(Box<XzReader<Input<'a, 'r>>>),
    End,
}

impl<'a, 'r> Decoder<'a, 'r> {
    /// A decoder that holds no more than a window of this size.
    pub(super) fn new(container: Container, input: Input<'a, 'r>, window: u64) -> Self {
        let state = match container {
            Container::Xz => {
                // xz counts a little for itself.
                let kilobytes = u32::try_from((window >> 10) + 1024).unwrap_or(u32::MAX);
                State::Xz(Box::new(XzReader::new_mem_limit(input, true, kilobytes)))
            }
            other => State::Between(other, input),
        };
        Self { state, window }
    }

    /// Begins the next frame.
    fn begin(container: Container, input: Input<'a, 'r>, window: u64) -> io::Result<State<'a, 'r>> {
        // Padding or anything else behind the last frame is nobody's log.
        if Container::detect(input.peek(512)?) != Some(container) {
            return Ok(State::End);
        }
        Ok(match container {
            Container::Gzip => State::Gzip(Box::new(GzDecoder::new(input))),
            Container::Bzip2 => State::Bzip2(BzDecoder::new(input)),
            Container::Zstd if skip_frame(input)? => State::Between(container, input),
            Container::Zstd => State::Zstd(zstd_frame(input, window)?),
            _ => State::End,
        })
    }
}

impl Read for Decoder<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            let length = match &mut self.state {
                State::Between(..) => 0,
                State::Gzip(decoder) => decoder.read(buffer)?,
                State::Bzip2(decoder) => decoder.read(buffer)?,
                State::Zstd(decoder) => decoder.read(buffer).map_err(zstd_error)?,
                State::Xz(decoder) => return decoder.read(buffer),
                State::End => return Ok(0),
            };
            if length > 0 {
                return Ok(length);
            }
            self.state = match std::mem::replace(&mut self.state, State::End) {
                State::Between(container, input) => Self::begin(container, input, self.window)?,
                State::Gzip(decoder) => State::Between(Container::Gzip, decoder.into_inner()),
                State::Bzip2(decoder) => State::Between(Container::Bzip2, decoder.into_inner()),
                State::Zstd(decoder) => State::Between(Container::Zstd, decoder.finish()),
                ended @ (State::Xz(_) | State::End) => ended,
            };
        }
    }
}

/// A frame of Zstandard that holds no content: magic bytes, a length of four bytes, that many bytes.
fn skip_frame(input: Input<'_, '_>) -> io::Result<bool> {
    let head = input.peek(8)?;
    if head.len() < 8 || head[0] & 0xf0 != 0x50 {
        return Ok(false);
    }
    let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
    let wanted = u64::from(length) + 8;
    if io::copy(&mut input.take(wanted), &mut io::sink())? < wanted {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(true)
}

/// A decoder for one frame, which says how much memory it wants.
fn zstd_frame<'a, 'r>(input: Input<'a, 'r>, window: u64) -> io::Result<ZstdDecoder<'static, Input<'a, 'r>>> {
    let mut decoder = ZstdDecoder::with_buffer(input)?.single_frame();
    decoder.window_log_max(window.ilog2())?;
    Ok(decoder)
}

/// The library names its errors by their texts only.
fn zstd_error(error: io::Error) -> io::Error {
    if error.to_string().contains("too much memory") { io::Error::new(io::ErrorKind::OutOfMemory, error) } else { error }
}
