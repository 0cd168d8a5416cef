//! THE FLAGS that every process run by flags has: where it says how it is, and where it logs.

use std::net::Ipv6Addr;
use std::path::PathBuf;

use super::{Flag, Values};
use crate::telemetry::LogLevel;

/// The only one for a command that serves nothing.
pub const LOG_LEVEL: Flag = Flag::text(
    "log.level",
    "info",
    "Only log messages with the given severity or above: debug, info, warn or error",
);
const ADMIN_LISTENER: Flag = Flag::text(
    "outrigger.admin.listener",
    "",
    "host:port for /healthz and /metrics of this process, and for what else it tells of itself; empty is none",
);
const ENDPOINTS_FILE: Flag = Flag::text(
    "outrigger.endpoints.file",
    "",
    "File that the bound addresses are written to once the process does its work",
);
const LOG_DIR: Flag = Flag::text(
    "outrigger.log.dir",
    "",
    "Directory of the log, a file with the name of this process; empty writes to standard error",
);
/// Not for the process that delivers.
pub const UNDELIVERED_FILE: Flag = Flag::text(
    "outrigger.log.undelivered.file",
    "",
    "File in which `outrigger logshipper` says what it has delivered; rotated log files that it has not are kept as long as there is room",
);

/// Those of every process.
pub const OWN: &[&Flag] = &[&LOG_LEVEL, &ADMIN_LISTENER, &ENDPOINTS_FILE, &LOG_DIR];

/// What they came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Own {
    /// `log.level`.
    pub log_level: LogLevel,
    /// `outrigger.admin.listener`, as host:port.
    pub admin_listener: Option<String>,
    /// `outrigger.endpoints.file`.
    pub endpoints_file: Option<PathBuf>,
    /// `outrigger.log.dir`; `None` is standard error.
    pub log_dir: Option<PathBuf>,
    /// `outrigger.log.undelivered.file`, where there is such a flag.
    pub undelivered_file: Option<PathBuf>,
}

impl Own {
    /// Reads them; what is wrong is a problem of `values`.
    pub fn read(values: &mut Values) -> Self {
        let path = |flag| values.optional(flag).map(PathBuf::from);
        let (endpoints_file, log_dir) = (path(&ENDPOINTS_FILE), path(&LOG_DIR));
        let undelivered_file = path(&UNDELIVERED_FILE);
        Self {
            log_level: Self::log_level(values),
            admin_listener: admin_listener(values),
            endpoints_file,
            log_dir,
            undelivered_file,
        }
    }

    /// `log.level` alone, for a command that serves nothing.
    pub fn log_level(values: &mut Values) -> LogLevel {
        match values.text(&LOG_LEVEL).to_ascii_uppercase().parse() {
            Ok(level) => level,
            Err(error) => {
                values.problem(&LOG_LEVEL, error);
                LogLevel::Info
            }
        }
    }
}

fn admin_listener(values: &mut Values) -> Option<String> {
    let text = values.optional(&ADMIN_LISTENER)?;
    if !has_host_and_port(&text) {
        let problem = format!("\"{text}\" is no HOST:PORT, such as 127.0.0.1:9471");
        values.problem(&ADMIN_LISTENER, problem);
    }
    Some(text)
}

/// As far as it can be judged without the network.
fn has_host_and_port(text: &str) -> bool {
    text.rsplit_once(':').is_some_and(|(host, port)| {
        let bare = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'));
        let is_host = match bare {
            Some(host) => host.parse::<Ipv6Addr>().is_ok(),
            None => !host.is_empty() && !host.contains(['/', ':', ' ']),
        };
        is_host && port.parse::<u16>().is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::{OWN, Own, UNDELIVERED_FILE};
    use crate::flags::Values;
    use crate::telemetry::LogLevel;

    fn read(text: &str) -> Result<Own, String> {
        let flags = [OWN, &[&UNDELIVERED_FILE]].concat();
        let mut values = Values::load(&flags, text, &[], &Vec::new());
        let own = Own::read(&mut values);
        values.finish().map_err(|errors| errors.report())?;
        Ok(own)
    }

    #[test]
    fn a_process_that_is_told_nothing_tells_nobody() {
        let expected = Own {
            log_level: LogLevel::Info,
            admin_listener: None,
            endpoints_file: None,
            log_dir: None,
            undelivered_file: None,
        };
        assert_eq!(read(""), Ok(expected));
    }

    #[test]
    fn what_is_wrong_is_told_where_it_was_given() {
        for (text, expected) in [
            ("log.level=WARN", Ok(())),
            ("log.level=loud", Err("log.level: ")),
            ("outrigger.admin.listener=[::1]:0", Ok(())),
            ("outrigger.admin.listener=localhost:8080", Ok(())),
            (
                "outrigger.admin.listener=8080",
                Err("\"8080\" is no HOST:PORT"),
            ),
            ("outrigger.admin.listener=::1:8080", Err("is no HOST:PORT")),
            (
                "outrigger.admin.listener=http://a:80",
                Err("is no HOST:PORT"),
            ),
        ] {
            match (read(text), expected) {
                (Ok(_), Ok(())) => {}
                (Err(report), Err(part)) if report.contains(part) => {}
                (read, _) => panic!("{text}: {read:?}"),
            }
        }
    }
}
