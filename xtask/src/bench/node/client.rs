//! A scraper that keeps its connection, as Prometheus does.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::command::Failure;

/// Longest wait for the next byte: a JVM of ten thousand partitions thinks for a while.
const PATIENCE: Duration = Duration::from_secs(120);

pub(in crate::bench) struct Client {
    stream: BufReader<TcpStream>,
    address: String,
    body: Vec<u8>,
}

impl Client {
    pub(in crate::bench) fn connect(address: &str) -> Result<Client, Failure> {
        let stream = TcpStream::connect(address).map_err(|cause| Failure::of(address, cause))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        Ok(Client {
            stream: BufReader::new(stream),
            address: address.to_owned(),
            body: Vec::new(),
        })
    }

    /// One scrape: how many bytes its body has on the wire.
    pub(in crate::bench) fn scrape(&mut self, encoding: &str) -> Result<usize, Failure> {
        let request = format!(
            "GET /metrics HTTP/1.1\r\nHost: {}\r\nAccept: text/plain;version=0.0.4\r\n\
             Accept-Encoding: {encoding}\r\nX-Prometheus-Scrape-Timeout-Seconds: 10\r\n\r\n",
            self.address
        );
        self.stream.get_mut().write_all(request.as_bytes())?;
        let status = self.line()?;
        if !status.contains(" 200 ") {
            return Err(Failure::of(&self.address, status));
        }
        let mut length = None;
        loop {
            let line = self.line()?.to_ascii_lowercase();
            match line.split_once(':') {
                Some(("content-length", value)) => length = value.trim().parse().ok(),
                Some(_) => {}
                None => break,
            }
        }
        match length {
            Some(length) => self.take(length),
            None => self.take_chunks(),
        }
    }

    fn take_chunks(&mut self) -> Result<usize, Failure> {
        let mut all = 0;
        loop {
            let size = self.line()?;
            let size = usize::from_str_radix(size.trim(), 16)
                .map_err(|_| Failure::of(&self.address, "a chunk has no size"))?;
            all += self.take(size)?;
            self.line()?;
            if size == 0 {
                return Ok(all);
            }
        }
    }

    fn take(&mut self, length: usize) -> Result<usize, Failure> {
        self.body.resize(length, 0);
        self.stream.read_exact(&mut self.body)?;
        Ok(length)
    }

    fn line(&mut self) -> Result<String, Failure> {
        let mut line = String::new();
        if self.stream.read_line(&mut line)? == 0 {
            return Err(Failure::of(&self.address, "hung up"));
        }
        Ok(line.trim_end().to_owned())
    }
}
