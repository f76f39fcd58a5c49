//! A zip file read from its beginning to its end, where nobody can jump to the directory at its end: in another archive,
//! or through a pipe.
//!
//! May import: `input::stream`.
//!
//! The `zip` crate's reader of streams refuses members whose length follows them in a "data descriptor", which is how
//! GitHub and everything else that writes zip files to a network write them. A deflated member tells its own end.

use std::io::{self, BufRead, Read};

use flate2::Crc;
use flate2::bufread::DeflateDecoder;

use super::stream::Stream;

pub(super) const STORED: u16 = 0;
pub(super) const DEFLATED: u16 = 8;
/// Sizes that stand in another field.
const ELSEWHERE: u32 = u32::MAX;

/// What precedes a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) name: String,
    flags: u16,
    pub(super) method: u16,
    crc: u32,
    packed: u64,
    size: u64,
}

impl Header {
    /// The next member's header; nothing at the directory, which is the end of all members.
    pub(super) fn read(input: &mut Stream<'_>) -> io::Result<Option<Self>> {
        // Archives that were split once begin with a mark.
        if input.peek(8)? == b"PK\x07\x08PK\x03\x04" {
            input.consume(4);
        }
        match input.peek(4)? {
            b"PK\x03\x04" => {}
            b"PK\x01\x02" | b"PK\x05\x06" | b"PK\x06\x06" | b"PK\x06\x08" => return Ok(None),
            head if head.len() < 4 => return Err(io::ErrorKind::UnexpectedEof.into()),
            _ => return Err(damaged("no member where the next should begin")),
        }
        let mut fixed = [0; 30];
        input.read_exact(&mut fixed)?;
        let short = |at: usize| u16::from_le_bytes([fixed[at], fixed[at + 1]]);
        let long = |at: usize| u32::from_le_bytes([fixed[at], fixed[at + 1], fixed[at + 2], fixed[at + 3]]);
        let mut name = vec![0; usize::from(short(26))];
        input.read_exact(&mut name)?;
        let mut extra = vec![0; usize::from(short(28))];
        input.read_exact(&mut extra)?;
        let mut header = Self {
            name: String::from_utf8_lossy(&name).into_owned(),
            flags: short(6),
            method: short(8),
            crc: long(14),
            packed: u64::from(long(18)),
            size: u64::from(long(22)),
        };
        if long(18) == ELSEWHERE || long(22) == ELSEWHERE {
            header.take_long_sizes(&extra);
        }
        Ok(Some(header))
    }

    /// Sizes of 64 bits, from the extra field for them.
    fn take_long_sizes(&mut self, mut extra: &[u8]) {
        while let Some((head, rest)) = extra.split_first_chunk::<4>() {
            let length = usize::from(u16::from_le_bytes([head[2], head[3]]));
            let Some((field, rest)) = rest.split_at_checked(length) else { return };
            if head[..2] == [1, 0] {
                if let Some((size, packed)) = field.split_first_chunk::<8>() {
                    self.size = u64::from_le_bytes(*size);
                    self.packed = packed.first_chunk::<8>().map_or(self.packed, |packed| u64::from_le_bytes(*packed));
                }
                return;
            }
            extra = rest;
        }
    }

    pub(super) fn is_folder(&self) -> bool {
        self.name.ends_with(['/', '\\'])
    }

    pub(super) fn is_encrypted(&self) -> bool {
        self.flags & 1 != 0
    }

    fn has_descriptor(&self) -> bool {
        self.flags & 8 != 0
    }

    /// Whether the member's end is known without reading it.
    pub(super) fn has_length(&self) -> bool {
        !self.has_descriptor() || self.packed > 0 || self.is_folder()
    }
}

/// The unpacked bytes of a member, checked against its checksum.
pub(super) struct Member<'a, 'r> {
    header: &'a Header,
    body: Body<'a, 'r>,
    crc: Crc,
    size: u64,
    /// Its content was read to the end.
    done: bool,
    /// What is behind it was reached, too.
    passed: bool,
}

/// `Take` ends a member of known length.
enum Body<'a, 'r> {
    Stored(io::Take<&'a mut Stream<'r>>),
    Deflated(DeflateDecoder<io::Take<&'a mut Stream<'r>>>),
}

impl<'a, 'r> Body<'a, 'r> {
    fn packed(&mut self) -> &mut io::Take<&'a mut Stream<'r>> {
        match self {
            Self::Stored(packed) => packed,
            Self::Deflated(decoder) => decoder.get_mut(),
        }
    }
}

impl<'a, 'r> Member<'a, 'r> {
    /// The member behind a header.
    pub(super) fn new(header: &'a Header, input: &'a mut Stream<'r>) -> Self {
        let packed = input.take(if header.has_length() { header.packed } else { u64::MAX });
        let body = if header.method == DEFLATED { Body::Deflated(DeflateDecoder::new(packed)) } else { Body::Stored(packed) };
        Self { header, body, crc: Crc::new(), size: 0, done: false, passed: false }
    }

    /// Passes over what is left of a member whose length is known.
    pub(super) fn skip(mut self) -> io::Result<()> {
        if self.done {
            return if self.passed { Ok(()) } else { Err(damaged("the member does not end where it should")) };
        }
        let packed = self.body.packed();
        skip_rest(packed)?;
        if self.header.has_descriptor() { descriptor(packed.get_mut(), self.header.packed, None).map(drop) } else { Ok(()) }
    }

    fn finish(&mut self) -> io::Result<()> {
        self.done = true;
        let consumed = match &self.body {
            Body::Stored(_) => self.header.packed,
            Body::Deflated(decoder) => decoder.total_in(),
        };
        let packed = self.body.packed();
        if self.header.has_length() {
            skip_rest(packed)?;
        }
        let expected = if self.header.has_descriptor() {
            descriptor(packed.get_mut(), if self.header.has_length() { self.header.packed } else { consumed }, Some(self.size))?
        } else {
            self.header.crc
        };
        self.passed = true;
        if self.crc.sum() == expected { Ok(()) } else { Err(damaged("it does not match its checksum")) }
    }
}

impl Read for Member<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.done || buffer.is_empty() {
            return Ok(0);
        }
        let length = match &mut self.body {
            Body::Stored(packed) => packed.read(buffer)?,
            Body::Deflated(decoder) => decoder.read(buffer)?,
        };
        self.crc.update(&buffer[..length]);
        self.size += length as u64;
        if length == 0 {
            self.finish()?;
        }
        Ok(length)
    }
}

fn skip_rest(packed: &mut io::Take<&mut Stream<'_>>) -> io::Result<()> {
    let wanted = packed.limit();
    if io::copy(packed, &mut io::sink())? < wanted {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(())
}

/// The checksum behind a member. It comes with or without a signature, with sizes of 32 or 64 bits, and nothing says
/// which: the right one repeats the sizes, and a further record follows it.
fn descriptor(input: &mut Stream<'_>, packed: u64, size: Option<u64>) -> io::Result<u32> {
    let head = input.peek(28)?;
    for (signed, wide) in [(true, false), (true, true), (false, false), (false, true)] {
        let Some(rest) = (if signed { head.strip_prefix(b"PK\x07\x08") } else { Some(head) }) else { continue };
        let Some((crc, rest)) = rest.split_first_chunk::<4>() else { continue };
        let number = |bytes: &[u8]| bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte));
        let width = if wide { 8 } else { 4 };
        let Some((sizes, rest)) = rest.split_at_checked(2 * width) else { continue };
        let same = |value: u64, bytes: &[u8]| number(bytes) == if wide { value } else { value & u64::from(u32::MAX) };
        if same(packed, &sizes[..width]) && size.is_none_or(|size| same(size, &sizes[width..])) && rest.starts_with(b"PK") {
            let crc = u32::from_le_bytes(*crc);
            let length = head.len() - rest.len();
            input.consume(length);
            return Ok(crc);
        }
    }
    Err(if head.len() < 16 { io::ErrorKind::UnexpectedEof.into() } else { damaged("its sizes are not what they should be") })
}

fn damaged(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};

    use super::{Header, Member, Stream};

    const TEXT: &[u8] = b"npm error code E401\nnpm error code E401\n";

    /// A member as a program writes it that does not know its length before: with or without a signature, wide or not.
    fn streamed(name: &str, signed: bool, wide: bool) -> Vec<u8> {
        let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(TEXT).unwrap();
        let packed = encoder.finish().unwrap();
        let mut crc = flate2::Crc::new();
        crc.update(TEXT);
        let mut out = b"PK\x03\x04\x14\0\x08\0\x08\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0".to_vec();
        out.extend_from_slice(&u16::try_from(name.len()).unwrap().to_le_bytes());
        out.extend_from_slice(&[0, 0]);
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(&packed);
        if signed {
            out.extend_from_slice(b"PK\x07\x08");
        }
        out.extend_from_slice(&crc.sum().to_le_bytes());
        for size in [packed.len(), TEXT.len()] {
            let size = (size as u64).to_le_bytes();
            out.extend_from_slice(if wide { &size } else { &size[..4] });
        }
        out
    }

    fn read_all(zip: &[u8]) -> std::io::Result<Vec<(String, Vec<u8>)>> {
        let mut bytes = zip;
        let mut input = Stream::new(&mut bytes);
        let mut members = Vec::new();
        while let Some(header) = Header::read(&mut input)? {
            let mut text = Vec::new();
            let mut member = Member::new(&header, &mut input);
            member.read_to_end(&mut text)?;
            member.skip()?;
            members.push((header.name, text));
        }
        Ok(members)
    }

    #[test]
    fn lengths_behind_members_are_understood_in_all_forms() {
        let forms = [(true, false), (true, true), (false, false), (false, true)];
        let mut zip: Vec<u8> = forms.iter().flat_map(|(signed, wide)| streamed("a.log", *signed, *wide)).collect();
        zip.extend_from_slice(b"PK\x05\x06");
        assert_eq!(read_all(&zip).unwrap(), vec![("a.log".to_owned(), TEXT.to_vec()); 4]);
        for end in 0..zip.len() - 4 {
            assert!(read_all(&zip[..end]).is_err(), "{end}");
        }
    }

    #[test]
    fn long_sizes_are_in_the_extra_field() {
        let mut zip = b"PK\x03\x04\x2d\0\0\0\0\0\0\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\x05\0\x18\0a.log".to_vec();
        zip.extend_from_slice(b"\x99\x99\0\0\x01\0\x10\0");
        zip.extend_from_slice(&(TEXT.len() as u64).to_le_bytes());
        zip.extend_from_slice(&(TEXT.len() as u64).to_le_bytes());
        let mut crc = flate2::Crc::new();
        crc.update(TEXT);
        zip[14..18].copy_from_slice(&crc.sum().to_le_bytes());
        zip.extend_from_slice(TEXT);
        zip.extend_from_slice(b"PK\x01\x02");
        assert_eq!(read_all(&zip).unwrap(), [("a.log".to_owned(), TEXT.to_vec())]);
        zip[14] ^= 1;
        assert!(read_all(&zip).unwrap_err().to_string().contains("checksum"));
    }
}
