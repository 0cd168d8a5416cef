//! Writes what came of a command in one line.

use std::fmt::Write as _;

use model::GroupId;

use crate::{FetchedTopic, GroupError, OffsetTopic, Record, Reply};

pub(super) fn short(text: &str) -> String {
    match text.split_once("-00000000-0000-4000-8000-") {
        Some((prefix, n)) => format!("{prefix}#{}", u128::from_str_radix(n, 16).unwrap()),
        None => text.to_owned(),
    }
}

pub(super) fn show_fetched(topics: &[FetchedTopic]) -> String {
    let mut line = String::new();
    for topic in topics {
        for (partition, offset) in &topic.partitions {
            write!(line, " {}-{partition}=", topic.topic).unwrap();
            match offset {
                None => line.push('-'),
                Some(offset) => {
                    write!(line, "{}", offset.offset).unwrap();
                    if offset.leader_epoch.0 >= 0 {
                        write!(line, "@{}", offset.leader_epoch).unwrap();
                    }
                    if !offset.metadata.is_empty() {
                        write!(line, "({})", offset.metadata).unwrap();
                    }
                }
            }
        }
    }
    line
}

pub(super) fn show_record(record: &Record) -> String {
    match record {
        Record::OffsetCommit {
            group,
            topic,
            partition,
            value,
        } => {
            let offset = value
                .as_ref()
                .map(|v| format!("={}", v.offset))
                .unwrap_or_default();
            format!("offset {group} {topic}-{partition}{offset}")
        }
        Record::GroupMetadata { group, value: None } => format!("group {group}"),
        Record::GroupMetadata {
            group,
            value: Some(v),
        } => {
            let mut line = format!("group {group} gen={}", v.generation);
            for text in v.protocol.iter().map(|p| &**p) {
                write!(line, " {text}").unwrap();
            }
            if let Some(leader) = &v.leader {
                write!(line, " leader={}", short(leader.as_str())).unwrap();
            }
            for m in &v.members {
                let assignment = String::from_utf8_lossy(&m.assignment);
                write!(line, " {}={assignment}", short(m.member.as_str())).unwrap();
            }
            line
        }
    }
}

pub(super) fn show_offset_topics(topics: &[OffsetTopic]) -> String {
    let mut line = String::new();
    for topic in topics {
        for (partition, error) in &topic.partitions {
            write!(line, " {}-{partition}", topic.topic).unwrap();
            if let Some(error) = error {
                write!(line, ":{error:?}").unwrap();
            }
        }
    }
    line
}

pub(super) fn show_result<T>(
    result: &Result<T, GroupError>,
    f: impl FnOnce(&T) -> String,
) -> String {
    match result {
        Ok(value) => f(value),
        Err(error) => format!("error {error:?}"),
    }
}

pub(super) fn show_reply(reply: &Reply) -> String {
    match reply {
        Reply::DeleteGroups(results) => {
            let one = |(id, result): &(GroupId, Result<(), GroupError>)| match result {
                Ok(()) => format!(" {id}"),
                Err(error) => format!(" {id}:{error:?}"),
            };
            format!("deleted{}", results.iter().map(one).collect::<String>())
        }
        Reply::Heartbeat(result) => show_result(result, |()| "alive".to_owned()),
        Reply::JoinGroup(Err(refused)) => format!(
            "refused {:?} {}",
            refused.error,
            short(refused.member.as_str())
        )
        .trim_end()
        .to_owned(),
        Reply::JoinGroup(Ok(joined)) => {
            let leader = joined.leader.as_ref().map_or("-", |l| l.as_str());
            let mut line = format!(
                "joined {} gen={} {} leader={}",
                short(joined.member.as_str()),
                joined.generation,
                joined.protocol.as_deref().unwrap_or("-"),
                short(leader),
            );
            for m in &joined.members {
                let instance = m
                    .instance
                    .as_ref()
                    .map(|i| format!("/{i}"))
                    .unwrap_or_default();
                write!(line, " {}{instance}", short(m.member.as_str())).unwrap();
            }
            line + if joined.skip_assignment { " skip" } else { "" }
        }
        Reply::LeaveGroup(result) => show_result(result, |left| {
            let mut line = "left".to_owned();
            for one in left {
                let instance = one
                    .instance
                    .as_ref()
                    .map(|i| format!("/{i}"))
                    .unwrap_or_default();
                write!(line, " {}{instance}", short(one.member.as_str())).unwrap();
                if let Some(error) = one.error {
                    write!(line, ":{error:?}").unwrap();
                }
            }
            line
        }),
        Reply::OffsetCommit(result) => show_result(result, |topics| {
            format!("committed{}", show_offset_topics(topics))
        }),
        Reply::OffsetDelete(result) => show_result(result, |topics| {
            format!("forgot{}", show_offset_topics(topics))
        }),
        Reply::OffsetFetch(result) => {
            show_result(result, |topics| format!("offsets{}", show_fetched(topics)))
        }
        Reply::SyncGroup(result) => show_result(result, |synced| {
            let assignment = String::from_utf8_lossy(&synced.assignment).into_owned();
            format!(
                "synced {} {assignment}",
                synced.protocol.as_deref().unwrap_or("-")
            )
            .trim_end()
            .to_owned()
        }),
    }
}
