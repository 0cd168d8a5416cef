//! Asks the kernel for whole tables over netlink (interfaces, sockets): one request, many messages.
//!
//! ```text
//! length u32 · type u16 · flags u16 · sequence u32 · port u32 · payload · padding to 4
//! ```
//! All numbers are in the order of this machine's bytes. Nothing is ever changed by what is sent.

use std::io;
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, netlink, recv, send, socket_with,
    sockopt,
};

/// The kernel fills at most 32 KiB with one part of a table.
const PART_BYTES_MAX: usize = 64 << 10;
/// The kernel answers at once; a scrape must not wait for one that does not.
const PATIENCE: Duration = Duration::from_secs(2);

const HEADER_BYTES: usize = 16;
const TYPE_ERROR: u16 = 2;
const TYPE_DONE: u16 = 3;
const FLAG_REQUEST: u16 = 0x1;
/// `NLM_F_ROOT | NLM_F_MATCH`
const FLAG_DUMP: u16 = 0x300;
/// The table changed while it was read.
const FLAG_INTERRUPTED: u16 = 0x10;

/// Which part of the kernel is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// Interfaces, addresses, neighbours.
    Route,
    /// Sockets.
    SocketDiagnostics,
}

/// A socket to the kernel, and the buffer that it answers into.
#[derive(Debug)]
pub struct Netlink {
    socket: OwnedFd,
    sequence: u32,
    buffer: Vec<u8>,
}

/// What one datagram was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// More follow.
    More,
    /// The table is complete.
    Last,
}

impl Netlink {
    /// A socket of its own, so that answers never meet those of somebody else.
    ///
    /// # Errors
    /// The kernel has no such protocol, or does not let this process use it.
    pub fn open(protocol: Protocol) -> io::Result<Self> {
        let protocol = match protocol {
            // It is number 0, which is what no protocol means.
            Protocol::Route => None,
            Protocol::SocketDiagnostics => Some(netlink::SOCK_DIAG),
        };
        let socket = socket_with(
            AddressFamily::NETLINK,
            SocketType::RAW,
            SocketFlags::CLOEXEC,
            protocol,
        )?;
        sockopt::set_socket_timeout(&socket, sockopt::Timeout::Recv, Some(PATIENCE))?;
        Ok(Self {
            socket,
            sequence: 0,
            buffer: vec![0; PART_BYTES_MAX],
        })
    }

    /// Asks for a whole table: a request of type `kind` with `payload`. Each message's payload is
    /// given to `each`.
    ///
    /// # Errors
    /// The kernel refuses, or answers what is no answer. The socket is of no use then: open another.
    pub fn dump(
        &mut self,
        kind: u16,
        payload: &[u8],
        mut each: impl FnMut(&[u8]),
    ) -> io::Result<()> {
        self.sequence = self.sequence.wrapping_add(1);
        let request = request(kind, self.sequence, payload);
        send(&self.socket, &request, SendFlags::empty())?;
        loop {
            let (_, bytes) = recv(&self.socket, &mut self.buffer[..], RecvFlags::TRUNC)?;
            let datagram = self.buffer.get(..bytes).ok_or_else(|| {
                io::Error::other(format!("a part of {bytes} bytes is longer than any"))
            })?;
            if read_part(datagram, self.sequence, &mut each)? == Part::Last {
                return Ok(());
            }
        }
    }
}

fn request(kind: u16, sequence: u32, payload: &[u8]) -> Vec<u8> {
    let length = HEADER_BYTES + payload.len();
    let length_on_wire = u32::try_from(length).unwrap_or(u32::MAX);
    let mut bytes = Vec::with_capacity(length);
    bytes.extend_from_slice(&length_on_wire.to_ne_bytes());
    bytes.extend_from_slice(&kind.to_ne_bytes());
    bytes.extend_from_slice(&(FLAG_REQUEST | FLAG_DUMP).to_ne_bytes());
    bytes.extend_from_slice(&sequence.to_ne_bytes());
    bytes.extend_from_slice(&0u32.to_ne_bytes());
    bytes.extend_from_slice(payload);
    bytes
}

/// Reads the messages of one datagram. Those of another request are left over from one that failed.
///
/// # Errors
/// A message is cut off, or is the kernel's refusal.
pub fn read_part(
    mut datagram: &[u8],
    sequence: u32,
    each: &mut impl FnMut(&[u8]),
) -> io::Result<Part> {
    let mut part = Part::More;
    while !datagram.is_empty() {
        let message = Message::first_of(datagram)
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "a message is cut off"))?;
        datagram = datagram.get(message.padded..).unwrap_or_default();
        if message.sequence != sequence {
            continue;
        }
        if message.flags & FLAG_INTERRUPTED != 0 {
            return Err(io::Error::new(
                io::ErrorKind::Interrupted,
                "the table changed while it was read",
            ));
        }
        match message.kind {
            TYPE_DONE => part = Part::Last,
            TYPE_ERROR => return Err(refusal(message.payload)),
            _ => each(message.payload),
        }
    }
    Ok(part)
}

/// An error message begins with a negative error number.
fn refusal(payload: &[u8]) -> io::Error {
    let code = payload.first_chunk::<4>().copied().map(i32::from_ne_bytes);
    match code {
        Some(code) if code < 0 => io::Error::from_raw_os_error(code.saturating_neg()),
        _ => io::Error::new(
            io::ErrorKind::InvalidData,
            "an acknowledgement, not a table",
        ),
    }
}

struct Message<'a> {
    kind: u16,
    flags: u16,
    sequence: u32,
    payload: &'a [u8],
    /// Its length with what follows it up to the next.
    padded: usize,
}

impl<'a> Message<'a> {
    fn first_of(datagram: &'a [u8]) -> Option<Self> {
        let length = usize::try_from(u32_at(datagram, 0)?).ok()?;
        Some(Self {
            kind: u16_at(datagram, 4)?,
            flags: u16_at(datagram, 6)?,
            sequence: u32_at(datagram, 8)?,
            payload: datagram.get(HEADER_BYTES..length)?,
            padded: length.checked_next_multiple_of(4)?,
        })
    }
}

/// The attributes of a message, from where they begin: type and value. What is cut off ends them.
///
/// ```text
/// length u16 · type u16 · value · padding to 4
/// ```
pub fn attributes(mut bytes: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    /// The two upper bits say how the value is written.
    const TYPE_MASK: u16 = 0x3fff;
    std::iter::from_fn(move || {
        let length = usize::from(u16_at(bytes, 0)?);
        let kind = u16_at(bytes, 2)? & TYPE_MASK;
        let value = bytes.get(4..length)?;
        bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some((kind, value))
    })
}

/// The number at `at`, if the bytes reach so far.
pub fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let chunk = bytes.get(at..)?.first_chunk::<2>()?;
    Some(u16::from_ne_bytes(*chunk))
}

/// The number at `at`, if the bytes reach so far.
pub fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let chunk = bytes.get(at..)?.first_chunk::<4>()?;
    Some(u32::from_ne_bytes(*chunk))
}

/// The number at `at`, if the bytes reach so far.
pub fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    let chunk = bytes.get(at..)?.first_chunk::<8>()?;
    Some(u64::from_ne_bytes(*chunk))
}

#[cfg(test)]
mod tests;
