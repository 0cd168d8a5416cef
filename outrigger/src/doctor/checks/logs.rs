//! Delivery of logs: where the shipper keeps its place, and what it says of each sink.

use crate::doctor::situation::Situation;
use crate::doctor::system;
use crate::doctor::verdict::Verdict;
use crate::endpoints::admin_key;
use crate::log_delivery::{self, LogDelivery, SinkStatus};
use rustix::fs::{Access, access};
use std::path::PathBuf;

const PART: &str = "logshipper";
/// A sink that is further behind is worth a word.
const LAG_SECONDS_MAX: f64 = 60.0;

/// What is known.
#[derive(Clone, Debug, Default)]
struct Facts {
    /// Whether `up` runs a shipper at all.
    is_part: bool,
    /// Where it keeps its place, and whether that can be written.
    state_dir: Option<(PathBuf, bool)>,
    /// What a running one says.
    status: Option<Result<LogDelivery, String>>,
}

/// See the head of this file.
pub(in crate::doctor) async fn verdicts(situation: &Situation) -> Vec<Verdict> {
    let outlook = &situation.outlook;
    let state_dir = outlook.value(PART, "state-dir").map(|dir| {
        let dir = PathBuf::from(dir);
        let existing = system::existing(&dir);
        let is_writable = access(existing, Access::WRITE_OK | Access::EXEC_OK).is_ok();
        (dir, is_writable)
    });
    let admin = situation
        .running()
        .and_then(|endpoints| endpoints.http.get(&admin_key(PART)));
    let status = match admin {
        Some(url) => Some(log_delivery::ask(url).await),
        None => None,
    };
    judge(&Facts {
        is_part: outlook.processes().any(|name| name == PART),
        state_dir,
        status,
    })
}

fn judge(facts: &Facts) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    if let Some((dir, false)) = &facts.state_dir {
        verdicts.push(Verdict::problem(
            format!(
                "{} cannot be written: the shipper could not keep its place",
                dir.display()
            ),
            "chown it, or name another with --set logshipper.state-dir=…",
        ));
    }
    match &facts.status {
        Some(Ok(status)) if status.sinks.is_empty() => verdicts.push(Verdict::warning(
            "the shipper has no sink: logs are delivered nowhere",
            "name one with --set logshipper.sink=…",
        )),
        Some(Ok(status)) => {
            verdicts.extend(status.sinks.iter().flat_map(sink));
            if status.held_deleted_bytes > 0 {
                verdicts.push(Verdict::warning(
                    format!("{} of deleted files are held on disk until they are delivered", mebibytes(status.held_deleted_bytes)),
                    "mend the sink that is behind; --set logshipper.when-behind=release gives the space back and loses them",
                ));
            }
        }
        Some(Err(problem)) => verdicts.push(Verdict::problem(
            problem.clone(),
            "`outrigger status` names its log",
        )),
        None => {}
    }
    if verdicts.is_empty() {
        verdicts.push(Verdict::ok(match (&facts.status, facts.is_part) {
            (Some(Ok(status)), _) if status.sinks.len() == 1 => "the one sink delivers".to_owned(),
            (Some(Ok(status)), _) => format!("all {} sinks deliver", status.sinks.len()),
            (_, true) => "the shipper keeps its place where it can write".to_owned(),
            (_, false) => "no shipper is part of the suite".to_owned(),
        }));
    }
    verdicts
}

/// What is wrong with a sink.
fn sink(sink: &SinkStatus) -> Vec<Verdict> {
    let name = &sink.name;
    let mut verdicts = Vec::new();
    if let Some(trouble) = &sink.trouble {
        verdicts.push(Verdict::problem(
            format!("{name} cannot deliver: {trouble}"),
            "what its files hold is not lost: it goes on where it stood",
        ));
    } else if sink.lag_seconds > LAG_SECONDS_MAX {
        let lag = mebibytes(sink.lag_bytes);
        verdicts.push(Verdict::warning(
            format!("{name} is {:.0} s and {lag} behind", sink.lag_seconds),
            "look at outrigger_logshipper_requests_total of it for throttling",
        ));
    }
    if sink.dead_letters > 0 {
        verdicts.push(Verdict::warning(
            format!("{name} has refused {} events for good", sink.dead_letters),
            "read them in the dead-letter files; `outrigger logshipper replay` sends them again",
        ));
    }
    if sink.dead_letters_dropped > 0 {
        verdicts.push(Verdict::warning(
            format!("{name} has lost dead letters ({}): their files were full", sink.dead_letters_dropped),
            "send those that are left elsewhere; --set logshipper.dead-letter-bytes-max=… keeps more",
        ));
    }
    let lost = sink.lost_bytes.iter().filter(|(_, bytes)| **bytes > 0);
    for (cause, bytes) in lost {
        verdicts.push(Verdict::warning(
            format!("{name} has lost {bytes} bytes ({cause})"),
            "docs/logs.md says what each cause means and how to prevent it",
        ));
    }
    verdicts
}

fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}

#[cfg(test)]
mod tests {
    use super::{Facts, judge};
    use crate::doctor::verdict::Level;
    use crate::log_delivery::LogDelivery;

    #[test]
    fn what_a_shipper_says_becomes_a_line_each() {
        let status = r#"{"version":1,"sinks":[
            {"name":"directory:/d","kind":"directory","target":"/d","state":"delivering","lag_bytes":10,"lag_seconds":0.5,
             "lag_events":1,"events_delivered":5,"lost_bytes":{},"dead_letters":0,"trouble":null,"retry_in_seconds":null},
            {"name":"s3:b","lag_bytes":3145728,"lag_seconds":300,"lost_bytes":{"copytruncate":7,"released":0},"dead_letters":2,"dead_letters_dropped":1,"trouble":null},
            {"name":"kinesis:k","lag_seconds":9999,"trouble":"access denied"}],
            "files":3,"held_deleted_bytes":1048576,"new_key":true}"#;
        let status: LogDelivery = serde_json::from_str(status).expect("JSON");
        let facts = Facts {
            is_part: true,
            state_dir: Some(("/state".into(), false)),
            status: Some(Ok(status)),
        };
        let verdicts = judge(&facts);
        let found: Vec<_> = verdicts
            .iter()
            .map(|v| (v.level, v.found.as_str()))
            .collect();
        assert_eq!(
            found,
            [
                (
                    Level::Problem,
                    "/state cannot be written: the shipper could not keep its place"
                ),
                (Level::Warning, "s3:b is 300 s and 3.0 MiB behind"),
                (Level::Warning, "s3:b has refused 2 events for good"),
                (
                    Level::Warning,
                    "s3:b has lost dead letters (1): their files were full"
                ),
                (Level::Warning, "s3:b has lost 7 bytes (copytruncate)"),
                (Level::Problem, "kinesis:k cannot deliver: access denied"),
                (
                    Level::Warning,
                    "1.0 MiB of deleted files are held on disk until they are delivered"
                ),
            ]
        );
    }

    #[test]
    fn without_news_all_is_well() {
        let answer = |status: &str| Some(Ok(serde_json::from_str(status).expect("JSON")));
        let cases = [
            (false, None, "no shipper"),
            (true, None, "keeps its place"),
            (
                true,
                answer(r#"{"sinks":[{"name":"a"}]}"#),
                "the one sink delivers",
            ),
            (
                true,
                answer(r#"{"sinks":[{"name":"a"},{"name":"b"}]}"#),
                "all 2 sinks deliver",
            ),
        ];
        for (is_part, status, text) in cases {
            let facts = Facts {
                is_part,
                status,
                state_dir: None,
            };
            let verdicts = judge(&facts);
            assert_eq!(verdicts[0].level, Level::Ok);
            assert!(verdicts[0].found.contains(text), "{}", verdicts[0].found);
        }
        let nowhere = Facts {
            is_part: true,
            status: answer(r#"{"sinks":[]}"#),
            state_dir: None,
        };
        assert_eq!(judge(&nowhere)[0].level, Level::Warning);
    }
}
