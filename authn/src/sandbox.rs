//! What this process gives up before it reads a stranger's first byte: core dumps, being traced,
//! new privileges, starting programs, and files outside of what is configured.
//!
//! It is entered by the first thread before there is another one, so that all inherit it. What the
//! kernel does not have is left out and logged; nothing here keeps authn from starting.

mod files;
mod system_calls;

use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
use tracing::{info, warn};

use crate::config::AuthnConfig;

/// What has been given up, and what could not be.
#[derive(Debug)]
pub struct GivenUp {
    done: Vec<String>,
    missing: Vec<String>,
}

/// Gives up what `config` does not need.
pub fn enter(config: &AuthnConfig) -> GivenUp {
    let mut given_up = GivenUp {
        done: Vec::new(),
        missing: Vec::new(),
    };
    given_up.note("core dumps", no_core_dumps());
    given_up.note(
        "being traced",
        set_dumpable_behavior(DumpableBehavior::NotDumpable),
    );
    if !config.sandbox {
        given_up
            .missing
            .push("all else: outrigger.sandbox is false".to_owned());
        return given_up;
    }
    given_up.note("new privileges", rustix::thread::set_no_new_privs(true));
    match files::restrict(config) {
        Ok(what) => given_up.done.push(what.to_owned()),
        Err(why) => given_up.missing.push(format!("other files: {why}")),
    }
    given_up.note("system calls of administrators", system_calls::forbid());
    given_up
}

impl GivenUp {
    /// One line about it.
    pub fn log(&self) {
        if !self.done.is_empty() {
            info!("given up: {}", self.done.join(", "));
        }
        for missing in &self.missing {
            warn!("not given up: {missing}");
        }
    }

    fn note<E: std::fmt::Display>(&mut self, what: &str, outcome: Result<(), E>) {
        match outcome {
            Ok(()) => self.done.push(what.to_owned()),
            Err(error) => self.missing.push(format!("{what}: {error}")),
        }
    }
}

fn no_core_dumps() -> rustix::io::Result<()> {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    setrlimit(Resource::Core, none)
}
