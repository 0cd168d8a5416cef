//! The wait for logshipper at the end: it is the last to stop, and a sink that is down keeps it for its
//! whole grace. Whoever waits is told for what, and how to wait no longer. Nothing is lost by that: what
//! each sink has is kept, and the next start goes on from there.

use super::notice;
use crate::endpoints::{Running, reachable};
use crate::log_delivery::{self, LogDelivery, bytes};
use service::shutdown::Signal;
use std::future::Future;
use std::time::Duration;

/// No end without trouble takes so long; and from here on a signal is a second wish.
const TALK_AFTER: Duration = Duration::from_secs(1);

/// What is left, as logshipper says while it runs; nothing where it does not answer.
pub(super) async fn ask(running: &[Running], mut at_once: Signal) -> LogDelivery {
    let mut running = running.iter();
    let shipper = running.find(|process| process.name == log_delivery::PROCESS);
    let admin = shipper.and_then(|process| process.bound.admin.as_deref());
    let Some(admin) = admin else {
        return LogDelivery::default();
    };
    let url = format!("http://{}", reachable(admin));
    tokio::select! {
        left = log_delivery::ask(&url) => left.unwrap_or_default(),
        _ = at_once.wait() => LogDelivery::default(),
    }
}

/// Waits for the end of logshipper; says why where it takes long.
pub(super) async fn until<T>(
    stopped: impl Future<Output = T>,
    left: &LogDelivery,
    ephemeral: bool,
) -> T {
    tokio::pin!(stopped);
    tokio::select! {
        outcome = &mut stopped => return outcome,
        () = tokio::time::sleep(TALK_AFTER) => notice(&waiting(left, ephemeral)),
    }
    stopped.await
}

fn waiting(left: &LogDelivery, ephemeral: bool) -> String {
    let behind = left
        .sinks
        .iter()
        .filter(|sink| sink.lag_bytes > 0 || sink.trouble.is_some());
    let places: Vec<_> = behind
        .map(|sink| {
            let trouble = sink.trouble.as_deref();
            let trouble = trouble.map_or_else(String::new, |why| format!(" ({why})"));
            format!("{}, {} left{trouble}", sink.name, bytes(sink.lag_bytes))
        })
        .collect();
    let places = match places.is_empty() {
        true => "their sinks".to_owned(),
        false => places.join("; "),
    };
    let instead = match ephemeral {
        true => "Ctrl-C again gives them up",
        false => "Ctrl-C again leaves them for the next start",
    };
    format!("delivering the last logs to {places}; {instead}")
}

#[cfg(test)]
mod tests {
    use super::waiting;
    use crate::log_delivery::{LogDelivery, SinkStatus};

    #[test]
    fn whoever_waits_knows_for_what_and_how_to_wait_no_longer() {
        let sink = |name: &str, lag_bytes, trouble: Option<&str>| SinkStatus {
            name: name.to_owned(),
            lag_bytes,
            trouble: trouble.map(str::to_owned),
            ..SinkStatus::default()
        };
        let left = LogDelivery {
            sinks: vec![
                sink("s3:logs", 2048, Some("refused")),
                sink("directory:/d", 0, None),
                sink("kinesis:k", 3, None),
            ],
            ..LogDelivery::default()
        };
        assert_eq!(
            waiting(&left, false),
            "delivering the last logs to s3:logs, 2.0 KiB left (refused); kinesis:k, 3 B left; \
             Ctrl-C again leaves them for the next start"
        );
        assert_eq!(
            waiting(&LogDelivery::default(), true),
            "delivering the last logs to their sinks; Ctrl-C again gives them up"
        );
    }
}
