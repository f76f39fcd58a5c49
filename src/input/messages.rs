//! The JSON in which CircleCI and Drone give logs out: an array of messages, to be read as the text they make together.
//!
//! `[{"message":"npm ERR! code E401\r\n","time":"2026-11-20T10:11:12Z","type":"err"}, ..]`
//!
//! Drone and Woodpecker also keep them one a line, without the array: `{"pos":0,"out":"+ npm ci\n","time":3}`.
//!
//! May import: nothing of ours.
//!
//! Read by hand and not with `serde_json`, which holds each text in memory: all output of a step can be one message, and
//! a hostile one is as long as it likes.

use std::io::{self, BufRead};

/// Keys whose texts are the log's: CircleCI's and Drone's.
const TEXT_KEYS: &[&str] = &["message", "out"];
/// Keys that stand beside them.
const OTHER_KEYS: &[&str] = &["time", "type", "truncated", "pos", "proc"];
/// The keys of messages that stand one a line. Programs write their own logs as lines of JSON with other ones.
const LINE_KEYS: &[&str] = &["pos", "out", "proc"];
/// No key of interest is longer.
const LONGEST_KEY: usize = 16;
/// Text is handed on in pieces of about this size.
const PIECE: usize = 32 * 1024;

/// Whether a file begins as such an array.
pub(super) fn is_messages(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let text = String::from_utf8_lossy(head);
    let array = text.trim_start().strip_prefix('[');
    let Some(first) = array.unwrap_or(&text).trim_start().strip_prefix('{') else { return false };
    let Some((key, _)) = first.trim_start().strip_prefix('"').and_then(|rest| rest.split_once('"')) else { return false };
    let has = |keys: &[&str]| keys.iter().any(|key| first.contains(&format!("\"{key}\"")));
    if array.is_none() {
        return LINE_KEYS.contains(&key) && has(&["out"]) && has(&["pos"]);
    }
    let is_key = TEXT_KEYS.contains(&key) || OTHER_KEYS.contains(&key);
    // The first message may fill all that is seen.
    is_key && has(TEXT_KEYS) && (has(OTHER_KEYS) || !first.contains('}'))
}

/// Reads the array, or the lines, and hands its texts on, piece by piece.
///
/// # Errors
///
/// When reading fails, or it is not such an array; what was handed on before stands.
pub(super) fn read(input: &mut dyn BufRead, take: &mut dyn FnMut(&[u8])) -> io::Result<()> {
    let mut reader = Reader { input, text: Vec::new(), take };
    let done = reader.array();
    reader.hand_on();
    done
}

struct Reader<'a> {
    input: &'a mut dyn BufRead,
    text: Vec<u8>,
    take: &'a mut dyn FnMut(&[u8]),
}

impl Reader<'_> {
    fn hand_on(&mut self) {
        if !self.text.is_empty() {
            (self.take)(&self.text);
            self.text.clear();
        }
    }

    fn array(&mut self) -> io::Result<()> {
        if self.next_token()? == 0xef {
            // The mark of UTF-8.
            for _ in 0..3 {
                self.byte()?;
            }
        }
        if self.next_token()? == b'{' {
            return self.lines();
        }
        self.expect(b'[')?;
        if self.next_token()? == b']' {
            return Ok(());
        }
        while {
            self.object()?;
            self.comma_or(b']')?
        } {}
        Ok(())
    }

    /// Objects up to the end of the input.
    fn lines(&mut self) -> io::Result<()> {
        while !self.is_at_end()? {
            self.object()?;
        }
        Ok(())
    }

    /// Whether nothing but blanks is left.
    fn is_at_end(&mut self) -> io::Result<bool> {
        loop {
            match self.input.fill_buf()?.first() {
                None => return Ok(true),
                Some(b' ' | b'\t' | b'\r' | b'\n') => self.input.consume(1),
                Some(_) => return Ok(false),
            }
        }
    }

    fn peek(&mut self) -> io::Result<u8> {
        match self.input.fill_buf()?.first() {
            Some(byte) => Ok(*byte),
            None => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the array of messages does not end")),
        }
    }

    fn byte(&mut self) -> io::Result<u8> {
        let byte = self.peek()?;
        self.input.consume(1);
        Ok(byte)
    }

    /// The next byte that is not blank, still to be read.
    fn next_token(&mut self) -> io::Result<u8> {
        loop {
            match self.peek()? {
                b' ' | b'\t' | b'\r' | b'\n' => self.input.consume(1),
                byte => return Ok(byte),
            }
        }
    }

    fn expect(&mut self, wanted: u8) -> io::Result<()> {
        if self.next_token()? != wanted {
            return Err(wrong());
        }
        self.input.consume(1);
        Ok(())
    }

    fn comma_or(&mut self, end: u8) -> io::Result<bool> {
        let found = self.next_token()?;
        self.input.consume(1);
        match found {
            b',' => Ok(true),
            found if found == end => Ok(false),
            _ => Err(wrong()),
        }
    }

    fn object(&mut self) -> io::Result<()> {
        self.expect(b'{')?;
        if self.next_token()? == b'}' {
            self.input.consume(1);
            return Ok(());
        }
        loop {
            let key = self.key()?;
            self.expect(b':')?;
            match self.next_token()? {
                b'"' if TEXT_KEYS.contains(&key.as_str()) => {
                    self.input.consume(1);
                    self.message()?;
                }
                _ => self.skip_value()?,
            }
            if !self.comma_or(b'}')? {
                return Ok(());
            }
        }
    }

    fn key(&mut self) -> io::Result<String> {
        self.expect(b'"')?;
        let mut key = Vec::new();
        loop {
            match self.byte()? {
                b'"' => return Ok(String::from_utf8_lossy(&key).into_owned()),
                b'\\' => {
                    self.byte()?;
                    key.push(b'?');
                }
                byte => key.push(byte),
            }
            key.truncate(LONGEST_KEY);
        }
    }

    /// A text's bytes up to its closing quote, as long as it may be.
    fn message(&mut self) -> io::Result<()> {
        let mut high = None;
        loop {
            if self.text.len() >= PIECE {
                self.hand_on();
            }
            let bytes = self.input.fill_buf()?;
            let plain = memchr::memchr2(b'"', b'\\', bytes).unwrap_or(bytes.len()).min(PIECE);
            if plain > 0 {
                self.text.extend_from_slice(&bytes[..plain]);
                self.input.consume(plain);
                high = None;
                continue;
            }
            if self.byte()? == b'"' {
                return Ok(());
            }
            let plain = match self.byte()? {
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                b'b' => 0x08,
                b'f' => 0x0c,
                b'u' => {
                    self.unit(&mut high)?;
                    continue;
                }
                other @ (b'"' | b'\\' | b'/') => other,
                _ => return Err(wrong()),
            };
            high = None;
            self.text.push(plain);
        }
    }

    /// `\uXXXX`: half of a character may follow in the next one.
    fn unit(&mut self, high: &mut Option<u16>) -> io::Result<()> {
        let mut unit = 0u16;
        for _ in 0..4 {
            let digit = char::from(self.byte()?).to_digit(16).ok_or_else(wrong)?;
            unit = unit << 4 | u16::try_from(digit).unwrap_or_default();
        }
        let before = high.take();
        if (0xd800..0xdc00).contains(&unit) {
            *high = Some(unit);
            return Ok(());
        }
        let units = before.into_iter().filter(|_| (0xdc00..0xe000).contains(&unit)).chain(std::iter::once(unit));
        let mut buffer = [0; 4];
        for decoded in char::decode_utf16(units) {
            let c = decoded.unwrap_or(char::REPLACEMENT_CHARACTER);
            self.text.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
        }
        Ok(())
    }

    /// Any value, nested or not: it ends at the comma or bracket that is not its own.
    fn skip_value(&mut self) -> io::Result<()> {
        let mut depth = 0u64;
        loop {
            match self.next_token()? {
                b'"' => {
                    self.key()?;
                    continue;
                }
                b'[' | b'{' => depth += 1,
                b',' | b']' | b'}' if depth == 0 => return Ok(()),
                b']' | b'}' => depth -= 1,
                _ => {}
            }
            self.input.consume(1);
        }
    }
}

fn wrong() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "it begins as an array of messages and is none")
}

#[cfg(test)]
mod tests {
    use super::{is_messages, read};

    fn text(json: &[u8], chunk: usize) -> std::io::Result<String> {
        let mut out = Vec::new();
        let mut input = std::io::BufReader::with_capacity(chunk, json);
        read(&mut input, &mut |bytes| out.extend_from_slice(bytes))?;
        Ok(String::from_utf8_lossy(&out).into_owned())
    }

    #[test]
    fn messages_become_text_at_any_chunk_size() {
        let json = br#" [ {"message":"npm ERR! code \"E401\"\r\n","time":"x","type":"err","truncated":false,"n":[1,{"a":"],"}]},
            {"time":3,"message":"a\\n \/ \ud83d\udca5 \u00fc\tend"} , {}, {"out":"\n"}] "#;
        for chunk in 1..json.len() {
            assert_eq!(text(json, chunk).unwrap(), "npm ERR! code \"E401\"\r\na\\n / \u{1f4a5} \u{fc}\tend\n");
        }
        assert_eq!(text(b"\xef\xbb\xbf[]", 1).unwrap(), "");
        assert_eq!(text(br#"[{"message":"\ud83d!"}]"#, 9).unwrap(), "!");
    }

    #[test]
    fn messages_may_stand_one_a_line() {
        let json =
            b"{\"proc\":\"install\",\"pos\":0,\"out\":\"+ npm ci\\n\",\"time\":0}\r\n{\"pos\":1,\"out\":\"npm error code E401\\n\"}\n";
        assert!(is_messages(json));
        for chunk in 1..json.len() {
            assert_eq!(text(json, chunk).unwrap(), "+ npm ci\nnpm error code E401\n");
        }
        assert!(text(&json[..json.len() - 4], 9).is_err());
    }

    #[test]
    fn what_is_no_array_of_messages_is_an_error() {
        for json in [&br#"[{"message":"a""#[..], br#"[{"message":"a"}"#, br#"[{"message" "a"}]"#, br#"[{"message":"\x"}]"#, br#"[1]"#, b""]
        {
            assert!(text(json, 64).is_err(), "{}", String::from_utf8_lossy(json));
        }
    }

    #[test]
    fn only_such_arrays_are_taken() {
        assert!(is_messages(br#"[{"message":"a","time":"#));
        assert!(is_messages(b"\xef\xbb\xbf[\n {\n \"time\": 1, \"message\": \"a\"}]"));
        assert!(is_messages(br#"[{"pos":0,"out":"+ npm ci\n","time":3}]"#));
        assert!(!is_messages(br#"[{"message":"Unused variable","ruleId":"no-unused-vars"}]"#));
        assert!(!is_messages(br#"{"message":"a","time":1}"#) && !is_messages(br#"{"time":1,"out":"a"}"#));
        assert!(!is_messages(b"[2026-11-20 10:11:12] {\"message\""));
        assert!(!is_messages(b"[]"));
    }
}
