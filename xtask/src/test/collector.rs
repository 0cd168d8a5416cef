//! The other end of OTLP pushes: it takes what comes, or refuses it where a test says so. It reads a request whole and looks at nothing in it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::command::Failure;

pub(crate) struct Collector {
    address: String,
    refuses: Arc<AtomicBool>,
}

impl Collector {
    /// Listens for as long as this process lives.
    pub(crate) fn start() -> Result<Collector, Failure> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?.to_string();
        let refuses = Arc::new(AtomicBool::new(false));
        let asked = Arc::clone(&refuses);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let asked = Arc::clone(&asked);
                std::thread::spawn(move || serve(&stream, &asked));
            }
        });
        Ok(Collector { address, refuses })
    }

    /// Words of `up` that make the broker push to it every second.
    pub(crate) fn words(&self) -> Vec<String> {
        let endpoint = format!("broker.outrigger.otlp.endpoint=http://{}", self.address);
        let interval = "broker.outrigger.otlp.interval.ms=1000".to_owned();
        ["--set".to_owned(), endpoint, "--set".to_owned(), interval].to_vec()
    }

    pub(crate) fn refuse(&self, refuses: bool) {
        self.refuses.store(refuses, Ordering::Relaxed);
    }
}

/// Answers one request after the other until the peer has enough.
fn serve(stream: &TcpStream, refuses: &AtomicBool) -> Option<()> {
    let mut reader = BufReader::new(stream);
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).ok()? == 0 {
                return None;
            }
            let line = line.trim().to_ascii_lowercase();
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().ok()?;
            }
            if line.is_empty() {
                break;
            }
        }
        std::io::copy(&mut reader.by_ref().take(length), &mut std::io::sink()).ok()?;
        let status = match refuses.load(Ordering::Relaxed) {
            true => "400 Bad Request",
            false => "200 OK",
        };
        let head = "Content-Type: application/x-protobuf\r\nContent-Length: 0";
        let mut writer = stream;
        write!(writer, "HTTP/1.1 {status}\r\n{head}\r\n\r\n").ok()?;
    }
}
