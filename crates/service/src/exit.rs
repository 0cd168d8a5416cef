//! What a process says when it ends: the one list of exit statuses.
//!
//! Scripts rely on the numbers, so the list only grows. From 64 on they follow `sysexits.h`.

use std::process::ExitCode;

/// An exit status of any Outrigger process or command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done, or stopped cleanly on request.
    Ok = 0,
    /// It failed for a reason that a later try may not meet.
    Failure = 1,
    /// The command line is wrong; clap uses the same number.
    Usage = 2,
    /// `status`: it runs, but something is not healthy.
    Degraded = 3,
    /// `status`: nothing runs on this data directory.
    NotRunning = 4,
    /// Data on disk is damaged, or was written by a newer version (`EX_DATAERR`).
    Data = 65,
    /// An address cannot be bound: in use, or not of this machine (`EX_UNAVAILABLE`).
    AddressUnavailable = 69,
    /// A directory or file cannot be created or written (`EX_CANTCREAT`).
    CannotWrite = 73,
    /// Another instance holds the data directory (`EX_TEMPFAIL`).
    AlreadyRunning = 75,
    /// A configuration file or property is wrong (`EX_CONFIG`).
    Config = 78,
}

/// Every status, for `--help` and for looking one up by its number.
pub const ALL: [Exit; 10] = [
    Exit::Ok,
    Exit::Failure,
    Exit::Usage,
    Exit::Degraded,
    Exit::NotRunning,
    Exit::Data,
    Exit::AddressUnavailable,
    Exit::CannotWrite,
    Exit::AlreadyRunning,
    Exit::Config,
];

impl Exit {
    /// The number the operating system sees.
    pub fn status(self) -> u8 {
        self as u8
    }

    /// The status with this number.
    pub fn from_status(status: i32) -> Option<Self> {
        ALL.into_iter()
            .find(|exit| i32::from(exit.status()) == status)
    }

    /// Whether starting the same process again without changing anything must fail the same way.
    pub fn is_permanent(self) -> bool {
        matches!(self, Self::Config | Self::Data | Self::Usage)
    }

    /// One line for the documentation.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Ok => "done, or stopped cleanly on request",
            Self::Failure => "failed; the message on standard error says why",
            Self::Usage => "the command line is wrong",
            Self::Degraded => "running, but something is not healthy",
            Self::NotRunning => "nothing runs on this data directory",
            Self::Data => "data on disk is damaged or of a newer version",
            Self::AddressUnavailable => "an address cannot be bound (in use?)",
            Self::CannotWrite => "a directory or file cannot be created or written",
            Self::AlreadyRunning => "another instance holds the data directory",
            Self::Config => "a configuration file or property is wrong",
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.status())
    }
}

#[cfg(test)]
mod tests {
    use super::{ALL, Exit};

    #[test]
    fn every_number_is_unique_and_finds_its_status() {
        for exit in ALL {
            assert_eq!(
                Exit::from_status(i32::from(exit.status())),
                Some(exit),
                "{exit:?}"
            );
        }
        assert_eq!(Exit::from_status(137), None);
    }
}
