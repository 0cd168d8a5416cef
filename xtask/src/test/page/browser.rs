//! Headless Chromium, one fresh profile per look, with no way to any host but this one.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::stopwatch::poll;

/// A start on a busy machine, and the page's first answers.
const LIMIT: Duration = Duration::from_secs(60);
const POLL_INTERVAL: Duration = Duration::from_millis(50);
/// What the page's own clock may run before it is looked at, in milliseconds.
const BUDGET_MS: u32 = 4000;
/// Chromium must not call home, and this page must not call anybody: every other name leads nowhere.
const QUIET: [&str; 14] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--enable-logging=stderr",
    "--v=0",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];

pub(super) struct Browser {
    folder: PathBuf,
    window: Window,
}

/// In pixels.
pub(super) struct Window {
    pub(super) width: u32,
    pub(super) height: u32,
}

impl Browser {
    pub(super) fn new(folder: &Path, window: Window) -> Self {
        let folder = folder.join("browser");
        Self { folder, window }
    }

    /// The document after its scripts have drawn it.
    pub(super) fn dom(&self, url: &str) -> Result<String, String> {
        self.run(&["--dump-dom".to_owned(), url.to_owned()])
    }

    pub(super) fn screenshot(&self, url: &str, picture: &Path) -> Result<(), String> {
        let words = [
            format!("--screenshot={}", picture.display()),
            url.to_owned(),
        ];
        self.run(&words).map(drop)
    }

    /// What it wrote; an error on the page's console is one here.
    fn run(&self, words: &[String]) -> Result<String, String> {
        let told = |error: std::io::Error| format!("chromium: {error}");
        let _ = fs::remove_dir_all(&self.folder);
        fs::create_dir_all(&self.folder).map_err(told)?;
        let (out, log) = (self.folder.join("out"), self.folder.join("log"));
        let Window { width, height } = self.window;
        let mut child = Command::new("chromium")
            .args(QUIET)
            .arg(format!("--window-size={width},{height}"))
            .arg(format!("--virtual-time-budget={BUDGET_MS}"))
            .arg(format!(
                "--user-data-dir={}",
                self.folder.join("profile").display()
            ))
            .args(words)
            .stdin(Stdio::null())
            .stdout(File::create(&out).map_err(told)?)
            .stderr(File::create(&log).map_err(told)?)
            .spawn()
            .map_err(told)?;
        let ended = poll(LIMIT, POLL_INTERVAL, || child.try_wait().ok().flatten());
        if ended.is_none() {
            let _ = child.kill();
            let _ = child.wait();
            return Err(format!("chromium did not end within {} s", LIMIT.as_secs()));
        }
        let log = fs::read(&log).map_err(told)?;
        let log = String::from_utf8_lossy(&log);
        // CONSOLE lines are the page's own; those of Chromium itself tell of buses and GPUs.
        if let Some(line) = log.lines().find(|line| line.contains(":CONSOLE")) {
            return Err(format!("the page says on the console: {line}"));
        }
        fs::read_to_string(&out).map_err(told)
    }
}

/// The status that the page answers to this `Host`.
pub(super) fn host(page: &str, host: &str) -> Result<u16, String> {
    let told = |error: std::io::Error| format!("{page}: {error}");
    let address = page.strip_prefix("http://").unwrap_or(page);
    let mut stream = TcpStream::connect(address).map_err(told)?;
    stream.set_read_timeout(Some(LIMIT)).map_err(told)?;
    let request = format!("GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).map_err(told)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).map_err(told)?;
    let status = answer
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok());
    status.ok_or_else(|| format!("{page}: no HTTP"))
}
