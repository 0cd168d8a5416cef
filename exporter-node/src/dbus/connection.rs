//! A connection to a bus, or to a service that listens without one: who we are is proven by the
//! socket (`EXTERNAL`), every answer has a deadline.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use service::Clock;

use super::wire::{self, Call, HEAD_BYTES, Reply};

/// For one round of questions. A service that does not answer must not hold a scrape.
const PATIENCE: Duration = Duration::from_secs(2);
/// Calls under way at once; the bus refuses more than 128.
const WINDOW: usize = 64;
/// The longest line of the introduction is an error text.
const LINE_BYTES_MAX: usize = 1024;

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum BusError {
    /// The socket.
    #[error("{0}")]
    Socket(#[from] io::Error),
    /// The other side does not let us in.
    #[error("refused: {0}")]
    Refused(String),
    /// The other side does not speak D-Bus.
    #[error("no D-Bus message")]
    Malformed,
    /// The service says no: the name of its error.
    #[error("{0}")]
    Service(String),
}

/// A connection that has been introduced.
#[derive(Debug)]
pub struct Connection {
    stream: UnixStream,
    clock: Clock,
    deadline: u64,
    serial: u32,
    buffer: Vec<u8>,
}

impl Connection {
    /// Connects to the socket of a service itself.
    ///
    /// # Errors
    /// There is none, or it does not let us in.
    pub fn to_service(socket: &Path, clock: &Clock) -> Result<Self, BusError> {
        let mut connection = Self {
            stream: UnixStream::connect(socket)?,
            clock: clock.clone(),
            deadline: 0,
            serial: 0,
            buffer: Vec::new(),
        };
        connection.start_round();
        connection.introduce()?;
        Ok(connection)
    }

    /// Connects to the socket of a bus.
    ///
    /// # Errors
    /// There is none, or it does not let us in.
    pub fn to_bus(socket: &Path, clock: &Clock) -> Result<Self, BusError> {
        let mut connection = Self::to_service(socket, clock)?;
        let hello = Call {
            destination: "org.freedesktop.DBus",
            path: "/org/freedesktop/DBus",
            interface: "org.freedesktop.DBus",
            member: "Hello",
            arguments: &[],
        };
        connection.ask(&[hello], |_, reply| match reply.result {
            Ok(_) => Ok(()),
            Err(name) => Err(BusError::Refused(name.to_owned())),
        })?;
        Ok(connection)
    }

    /// Begins the time in which all answers have to come.
    pub fn start_round(&mut self) {
        let patience = u64::try_from(PATIENCE.as_nanos()).unwrap_or(u64::MAX);
        self.deadline = self.clock.monotonic_nanos().saturating_add(patience);
    }

    /// Makes all calls, many at once, and gives each answer to `each` with the place of its call.
    ///
    /// # Errors
    /// No answer in time, or one that is none; `each` refused. The connection is of no use then.
    pub fn ask(
        &mut self,
        calls: &[Call<'_>],
        mut each: impl FnMut(usize, &Reply<'_>) -> Result<(), BusError>,
    ) -> Result<(), BusError> {
        for (window, calls) in calls.chunks(WINDOW).enumerate() {
            let first = self.serial.wrapping_add(1).max(1);
            let mut bytes = Vec::new();
            for (serial, call) in (first..).zip(calls) {
                bytes.extend_from_slice(&call.encode(serial));
                self.serial = serial;
            }
            self.limit()?;
            self.stream.write_all(&bytes)?;
            let mut left = calls.len();
            while left > 0 {
                self.read_message()?;
                let reply = wire::decode(&self.buffer).ok_or(BusError::Malformed)?;
                let at = reply.to.checked_sub(first).map(|at| at as usize);
                if let Some(at) = at.filter(|at| *at < calls.len()) {
                    left -= 1;
                    each(window * WINDOW + at, &reply)?;
                }
            }
        }
        Ok(())
    }

    fn introduce(&mut self) -> Result<(), BusError> {
        let user = rustix::process::getuid().as_raw().to_string();
        let digits: String = user.bytes().map(|byte| format!("{byte:02x}")).collect();
        self.limit()?;
        self.stream
            .write_all(format!("\0AUTH EXTERNAL {digits}\r\n").as_bytes())?;
        let mut line = Vec::new();
        while !line.ends_with(b"\r\n") {
            if line.len() > LINE_BYTES_MAX {
                return Err(BusError::Malformed);
            }
            let mut byte = [0];
            self.read_exact(&mut byte)?;
            line.extend_from_slice(&byte);
        }
        if !line.starts_with(b"OK ") {
            let line = String::from_utf8_lossy(&line).trim().to_owned();
            return Err(BusError::Refused(line));
        }
        self.limit()?;
        Ok(self.stream.write_all(b"BEGIN\r\n")?)
    }

    fn read_message(&mut self) -> Result<(), BusError> {
        let mut head = [0; HEAD_BYTES];
        self.read_exact(&mut head)?;
        let length = wire::message_bytes(&head).ok_or(BusError::Malformed)?;
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.clear();
        buffer.extend_from_slice(&head);
        // Grown by what comes, not by what is promised.
        while buffer.len() < length {
            let at = buffer.len();
            buffer.resize(length.min(at + CHUNK_BYTES), 0);
            let rest = buffer.get_mut(at..).unwrap_or_default();
            self.read_exact(rest)?;
        }
        self.buffer = buffer;
        Ok(())
    }

    fn read_exact(&mut self, bytes: &mut [u8]) -> Result<(), BusError> {
        let mut filled = 0;
        while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            self.limit()?;
            match self.stream.read(rest) {
                Ok(0) => return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // What a socket says when its time is over.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    return Err(io::Error::from(io::ErrorKind::TimedOut).into());
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Lets the next read or write take what is left of the round.
    fn limit(&self) -> io::Result<()> {
        let left = self.deadline.saturating_sub(self.clock.monotonic_nanos());
        if left == 0 {
            return Err(io::ErrorKind::TimedOut.into());
        }
        let left = Some(Duration::from_nanos(left));
        self.stream.set_read_timeout(left)?;
        self.stream.set_write_timeout(left)
    }
}

/// What is made room for before it has come.
const CHUNK_BYTES: usize = 64 << 10;

#[cfg(test)]
mod tests;
