//! Fluent Bit: tail to cloudwatch_logs, as its documentation has it, and tuned: large chunks, short flushes.
//!
//! Its AWS outputs always speak TLS; the stub's certificate is not verified, which spares it work.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::chaos::stub::Stub;
use crate::command::Failure;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tuning {
    AsItComes,
    Tuned,
}

/// A running Fluent Bit; it ends with this value.
pub(super) struct Peer {
    child: Child,
}

impl Peer {
    pub(super) fn start(
        program: &Path,
        tuning: Tuning,
        input: &Path,
        stub: &Stub,
        folder: &Path,
    ) -> Result<Self, Failure> {
        let config = folder.join("fluent-bit.conf");
        fs::write(&config, text(tuning, input, stub))?;
        let log = File::create(folder.join("fluent-bit.log"))?;
        let mut command = Command::new(program);
        command
            .arg("-c")
            .arg(&config)
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        let spawned = command.spawn();
        let child = spawned.map_err(|cause| Failure::of(program.display(), cause))?;
        Ok(Self { child })
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn text(tuning: Tuning, input: &Path, stub: &Stub) -> String {
    let (service, tail) = match tuning {
        Tuning::AsItComes => ("", ""),
        Tuning::Tuned => (
            "    flush 0.2\n",
            "    buffer_chunk_size 512k\n    buffer_max_size 4M\n    mem_buf_limit 200M\n",
        ),
    };
    let port = stub.endpoint().rsplit(':').next().unwrap_or_default();
    format!(
        "[SERVICE]\n    log_level error\n{service}\
         [INPUT]\n    name tail\n    path {}\n    read_from_head on\n{tail}\
         [OUTPUT]\n    name cloudwatch_logs\n    match *\n    region eu-central-1\n    endpoint 127.0.0.1\n    \
         port {port}\n    tls.verify off\n    log_group_name bench\n    log_stream_name peer\n    \
         auto_create_group on\n    log_key log\n    retry_limit no_limits\n",
        input.display()
    )
}
