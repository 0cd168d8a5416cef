//! `outrigger wait`: blocks until everything is healthy.

use crate::data_dir::DataDirOption;
use crate::{output, status};
use clap::Args;
use service::{Clock, Exit};
use std::time::Duration;

const INTERVAL: Duration = Duration::from_millis(20);

/// See `outrigger wait --help`.
#[derive(Args, Clone, Debug)]
pub(crate) struct WaitArgs {
    #[command(flatten)]
    data_dir: DataDirOption,

    /// Give up after this many seconds; without it, wait for as long as it takes
    #[arg(long, value_name = "S", value_parser = seconds)]
    timeout: Option<Duration>,
}

/// Waits. When time is up, the exit status is that of `status`, and the reasons are printed.
pub(crate) async fn command(args: &WaitArgs, clock: &Clock) -> Exit {
    let data_dir = match args.data_dir.resolve() {
        Ok(dir) => dir,
        Err(error) => {
            output::error(&format!("cannot find the data directory: {error}"));
            return Exit::Failure;
        }
    };
    let began = clock.monotonic();
    loop {
        let late = args
            .timeout
            .is_some_and(|timeout| clock.monotonic() - began >= timeout);
        match status::ask(&data_dir).await {
            Ok(report) if report.is_of_use => return Exit::Ok,
            Ok(report) if late => {
                output::note(&report.text());
                return report.exit();
            }
            Err(error) if late => {
                output::error(&format!("cannot look into the data directory: {error}"));
                return Exit::Failure;
            }
            Ok(_) | Err(_) => tokio::time::sleep(INTERVAL).await,
        }
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok().filter(|seconds| *seconds >= 0.0);
    seconds
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or_else(|| "a number of seconds is needed, such as 30 or 0.5".to_owned())
}

#[cfg(test)]
mod tests {
    use super::seconds;
    use std::time::Duration;

    #[test]
    fn seconds_may_be_fractions_and_nothing_else() {
        assert_eq!(seconds("30"), Ok(Duration::from_secs(30)));
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        for text in ["", "x", "-1", "nan", "inf"] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }
}
