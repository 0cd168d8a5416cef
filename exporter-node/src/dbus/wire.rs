//! D-Bus messages as bytes.
//!
//! ```text
//! l or B · type u8 · flags u8 · version 1 · body length u32 · serial u32
//! header fields: array of (code u8, variant) · padding to 8 · body
//! ```
//! Every value is aligned to its size from the beginning of the message. Strings are UTF-8 with a
//! length before and a zero behind. What is read is borrowed; nothing is allocated for it.

/// More than thousands of units need; the protocol allows 128 MiB.
pub const MESSAGE_BYTES_MAX: usize = 16 << 20;
/// What has to be there to know how long a message is.
pub const HEAD_BYTES: usize = 16;

const TYPE_CALL: u8 = 1;
const TYPE_RETURN: u8 = 2;
const TYPE_ERROR: u8 = 3;
const FIELD_PATH: u8 = 1;
const FIELD_INTERFACE: u8 = 2;
const FIELD_MEMBER: u8 = 3;
const FIELD_ERROR_NAME: u8 = 4;
const FIELD_REPLY_SERIAL: u8 = 5;
const FIELD_DESTINATION: u8 = 6;
const FIELD_SIGNATURE: u8 = 8;

/// A method call whose arguments are strings.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// Bus name of the service; empty on a connection without a bus.
    pub destination: &'a str,
    /// The object.
    pub path: &'a str,
    /// The interface of the method.
    pub interface: &'a str,
    /// The method.
    pub member: &'a str,
    /// Its arguments.
    pub arguments: &'a [&'a str],
}

/// A message that came.
#[derive(Clone, Debug)]
pub struct Reply<'a> {
    /// The serial of the call that it answers; 0 for a signal.
    pub to: u32,
    /// The answer.
    pub result: Result<Reader<'a>, &'a str>,
    /// The types of the answer.
    pub signature: &'a str,
}

/// The value of a property, of the types that are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// `s`, `o`
    Text(&'a str),
    /// `y`, `q`, `u`, `t`
    Unsigned(u64),
}

impl Call<'_> {
    /// The message, in little-endian.
    pub fn encode(&self, serial: u32) -> Vec<u8> {
        let mut body = Writer::default();
        for argument in self.arguments {
            body.string(argument);
        }
        let mut message = Writer(vec![b'l', TYPE_CALL, 0, 1]);
        message.u32(length(body.0.len()));
        message.u32(serial);
        let fields_at = message.0.len();
        message.u32(0);
        let fields = [
            (FIELD_PATH, b'o', self.path),
            (FIELD_INTERFACE, b's', self.interface),
            (FIELD_MEMBER, b's', self.member),
            (FIELD_DESTINATION, b's', self.destination),
        ];
        for (code, kind, text) in fields.iter().filter(|(.., text)| !text.is_empty()) {
            message.align(8);
            message.0.extend_from_slice(&[*code, 1, *kind, 0]);
            message.string(text);
        }
        if !self.arguments.is_empty() {
            message.align(8);
            message.0.extend_from_slice(&[FIELD_SIGNATURE, 1, b'g', 0]);
            message
                .0
                .push(u8::try_from(self.arguments.len()).unwrap_or(u8::MAX));
            message.0.extend(self.arguments.iter().map(|_| b's'));
            message.0.push(0);
        }
        let fields = length(message.0.len() - fields_at - 4).to_le_bytes();
        for (at, byte) in message.0.iter_mut().skip(fields_at).zip(fields) {
            *at = byte;
        }
        message.align(8);
        message.0.extend_from_slice(&body.0);
        message.0
    }
}

fn length(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

#[derive(Default)]
struct Writer(Vec<u8>);

impl Writer {
    fn align(&mut self, to: usize) {
        self.0.resize(self.0.len().next_multiple_of(to), 0);
    }

    fn u32(&mut self, value: u32) {
        self.align(4);
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    fn string(&mut self, text: &str) {
        self.u32(length(text.len()));
        self.0.extend_from_slice(text.as_bytes());
        self.0.push(0);
    }
}

/// How long the message is of which `head` is the beginning. `None`: it is none, or too long.
pub fn message_bytes(head: &[u8; HEAD_BYTES]) -> Option<usize> {
    let mut reader = Reader::of(head, order(*head.first()?)?);
    reader.at = 4;
    let body = usize::try_from(reader.u32()?).ok()?;
    reader.at = 12;
    let fields = usize::try_from(reader.u32()?).ok()?;
    let header = HEAD_BYTES
        .checked_add(fields)?
        .checked_next_multiple_of(8)?;
    let all = header.checked_add(body)?;
    (all <= MESSAGE_BYTES_MAX).then_some(all)
}

/// Reads a whole message.
pub fn decode(message: &[u8]) -> Option<Reply<'_>> {
    let is_big_endian = order(*message.first()?)?;
    let mut reader = Reader::of(message, is_big_endian);
    reader.at = 1;
    let kind = reader.u8()?;
    reader.at = 4;
    let body = usize::try_from(reader.u32()?).ok()?;
    reader.at = 12;
    let fields = usize::try_from(reader.u32()?).ok()?;
    let end = HEAD_BYTES.checked_add(fields)?;
    let (mut to, mut error, mut signature) = (0, "", "");
    while reader.at < end {
        reader.align(8);
        let code = reader.u8()?;
        let kind = reader.signature()?;
        match (code, kind, reader.value(kind)?) {
            (FIELD_REPLY_SERIAL, _, Some(Value::Unsigned(serial))) => {
                to = u32::try_from(serial).ok()?;
            }
            (FIELD_ERROR_NAME, "s", Some(Value::Text(name))) => error = name,
            (FIELD_SIGNATURE, "g", Some(Value::Text(types))) => signature = types,
            _ => {}
        }
    }
    let start = end.checked_next_multiple_of(8)?;
    let body = message.get(start..start.checked_add(body)?)?;
    let body = Reader::of(body, is_big_endian);
    let (to, result) = match kind {
        TYPE_RETURN => (to, Ok(body)),
        TYPE_ERROR => (to, Err(error)),
        _ => (0, Ok(body)),
    };
    Some(Reply {
        to,
        result,
        signature,
    })
}

fn order(byte: u8) -> Option<bool> {
    match byte {
        b'l' => Some(false),
        b'B' => Some(true),
        _ => None,
    }
}

/// Values, one behind the other. Each of its functions moves on, or gives `None` where the bytes
/// do not hold such a value.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    is_big_endian: bool,
}

impl<'a> Reader<'a> {
    const fn of(bytes: &'a [u8], is_big_endian: bool) -> Self {
        Self {
            bytes,
            at: 0,
            is_big_endian,
        }
    }

    /// Skips padding.
    pub fn align(&mut self, to: usize) {
        self.at = self.at.next_multiple_of(to);
    }

    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let chunk = self.bytes.get(self.at..)?.first_chunk::<N>()?;
        self.at += N;
        Some(*chunk)
    }

    fn u8(&mut self) -> Option<u8> {
        self.take::<1>().map(|[byte]| byte)
    }

    /// `u`
    pub fn u32(&mut self) -> Option<u32> {
        self.align(4);
        let bytes = self.take()?;
        Some(match self.is_big_endian {
            true => u32::from_be_bytes(bytes),
            false => u32::from_le_bytes(bytes),
        })
    }

    fn u64(&mut self) -> Option<u64> {
        self.align(8);
        let bytes = self.take()?;
        Some(match self.is_big_endian {
            true => u64::from_be_bytes(bytes),
            false => u64::from_le_bytes(bytes),
        })
    }

    /// `s` or `o`
    pub fn string(&mut self) -> Option<&'a str> {
        let length = self.u32()?;
        self.text(usize::try_from(length).ok()?)
    }

    fn signature(&mut self) -> Option<&'a str> {
        let length = self.u8()?;
        self.text(usize::from(length))
    }

    fn text(&mut self, length: usize) -> Option<&'a str> {
        let bytes = self.bytes.get(self.at..self.at.checked_add(length)?)?;
        self.at += length;
        match self.u8()? {
            0 => std::str::from_utf8(bytes).ok(),
            _ => None,
        }
    }

    /// The elements of an array of structures, one after another: `each` reads one.
    pub fn structures(&mut self, mut each: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        let length = usize::try_from(self.u32()?).ok()?;
        self.align(8);
        let end = self.at.checked_add(length)?;
        if end > self.bytes.len() {
            return None;
        }
        while self.at < end {
            self.align(8);
            each(self)?;
        }
        (self.at == end).then_some(())
    }

    /// `v`; `None` inside where its type is none that is asked for.
    pub fn variant(&mut self) -> Option<Option<Value<'a>>> {
        let kind = self.signature()?;
        self.value(kind)
    }

    /// A value of a basic type. Types that hold others are not read, and nothing can follow them.
    fn value(&mut self, kind: &str) -> Option<Option<Value<'a>>> {
        let value = match kind {
            "s" | "o" => Value::Text(self.string()?),
            "g" => Value::Text(self.signature()?),
            "y" => Value::Unsigned(self.u8()?.into()),
            "q" => {
                self.align(2);
                let bytes = self.take()?;
                Value::Unsigned(match self.is_big_endian {
                    true => u16::from_be_bytes(bytes).into(),
                    false => u16::from_le_bytes(bytes).into(),
                })
            }
            "u" => Value::Unsigned(self.u32()?.into()),
            "t" => Value::Unsigned(self.u64()?),
            "b" | "i" | "h" => {
                self.u32()?;
                return Some(None);
            }
            "n" => {
                self.align(2);
                self.take::<2>()?;
                return Some(None);
            }
            "x" | "d" => {
                self.u64()?;
                return Some(None);
            }
            _ => return None,
        };
        Some(Some(value))
    }
}

#[cfg(test)]
mod tests;
