//! As much of an HTTP client as the monitoring suites need: one request, one connection, the whole answer or an error.
//! An answer that ends before its length says so is an error, never a shorter body.

use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

/// Longest wait for the next byte.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// `url` is `http://host:port/path`; `headers` are whole lines.
pub(crate) fn get(url: &str, headers: &[&str]) -> Result<Answer, String> {
    exchange("GET", url, headers, "")
}

/// A form, as a browser sends it.
pub(crate) fn post(url: &str, fields: &[(&str, &str)]) -> Result<Answer, String> {
    let pairs: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{name}={}", escaped(value)))
        .collect();
    let form = "Content-Type: application/x-www-form-urlencoded";
    exchange("POST", url, &[form], &pairs.join("&"))
}

fn exchange(method: &str, url: &str, headers: &[&str], body: &str) -> Result<Answer, String> {
    let rest = url.strip_prefix("http://").unwrap_or(url);
    let (address, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let told = |cause: std::io::Error| format!("{method} {url}: {cause}");
    let socket = address
        .to_socket_addrs()
        .map_err(told)?
        .next()
        .ok_or_else(|| format!("{url}: no address"))?;
    let mut stream = TcpStream::connect_timeout(&socket, PATIENCE).map_err(told)?;
    stream.set_read_timeout(Some(PATIENCE)).map_err(told)?;
    let path = if path.is_empty() { "/" } else { path };
    let mut request =
        format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    for header in headers {
        request.push_str(&format!("{header}\r\n"));
    }
    request.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
    stream.write_all(request.as_bytes()).map_err(told)?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).map_err(told)?;
    answer(&bytes).map_err(|what| format!("{method} {url}: {what}"))
}

/// Head and body, both whole.
fn answer(bytes: &[u8]) -> Result<Answer, String> {
    let end = bytes
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .ok_or("the answer has no head")?;
    let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
    let body = &bytes[end + 4..];
    let status = head
        .split_whitespace()
        .nth(1)
        .and_then(|status| status.parse().ok())
        .ok_or("the answer has no status")?;
    let field = |name: &str| {
        let line = head.lines().find_map(|line| line.strip_prefix(name))?;
        Some(line.trim_start_matches(':').trim())
    };
    let body = if field("transfer-encoding") == Some("chunked") {
        unchunked(body)?
    } else if let Some(length) = field("content-length") {
        let length: usize = length.parse().map_err(|_| "the length is no number")?;
        if body.len() != length {
            return Err(format!("{} bytes of {length} came", body.len()));
        }
        body.to_vec()
    } else {
        return Err("neither a length nor chunks: its end cannot be known".into());
    };
    Ok(Answer { status, body })
}

fn unchunked(mut rest: &[u8]) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    loop {
        let end = rest
            .windows(2)
            .position(|window| window == b"\r\n")
            .ok_or("the last chunk did not come")?;
        let size = String::from_utf8_lossy(&rest[..end]);
        let size = size.split(';').next().unwrap_or_default().trim();
        let size = usize::from_str_radix(size, 16).map_err(|_| "a chunk has no size")?;
        let from = end + 2;
        if size == 0 {
            return Ok(body);
        }
        let chunk = rest.get(from..from + size).ok_or("a chunk is not whole")?;
        body.extend_from_slice(chunk);
        rest = rest.get(from + size + 2..).ok_or("a chunk has no end")?;
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}

#[cfg(test)]
mod tests;
