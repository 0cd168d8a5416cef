//! The language of the transcripts.
//!
//! `A:` before a command labels its answers. Member `c#3` is client `c` with the third random id of
//! the script. Appends succeed at once unless `hold` was said; then `ok` and `fail WHY` decide.

use std::fmt::Write as _;
use std::sync::Arc;

use bytes::Bytes;
use model::{GroupId, LeaderEpoch, PartitionIndex, TopicId, TopicName};

use super::super::Shard;
use crate::{
    AppendError, Client, Command, CommitPartition, CommitTopic, Durable, Effects, FetchTopic,
    FetchedTopic, GroupConfig, GroupError, Heartbeat, InstanceId, JoinGroup, LeaveGroup, Leaver,
    ListFilter, MemberId, Now, OffsetCommit, OffsetDelete, OffsetFetch, OffsetTopic, Protocol,
    Record, Reply, SyncGroup, Token, decode_snapshot, encode_snapshot,
};

const BATCH_BYTES: usize = 1 << 20;
/// The two clocks show different numbers, so that taking one for the other is noticed.
const WALL_AHEAD_MS: i64 = 1_700_000_000_000;

pub(super) fn now(monotonic_ms: i64) -> Now {
    Now {
        wall_ms: monotonic_ms + WALL_AHEAD_MS,
        monotonic_ms,
    }
}

/// Runs the commands of a transcript and compares what came of them.
#[track_caller]
pub(super) fn check(transcript: &str) {
    let lines: Vec<_> = transcript
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let mut script = Script::new();
    for line in lines.iter().filter(|line| !line.starts_with(' ')) {
        script.run(line);
    }
    let expected = lines
        .iter()
        .fold(String::new(), |text, line| text + line + "\n");
    assert!(
        script.out == expected,
        "--- expected\n{expected}--- actual\n{}",
        script.out
    );
}

/// A shard, a clock, and the text so far.
pub(super) struct Script {
    shard: Shard,
    config: GroupConfig,
    now_ms: i64,
    labels: Vec<String>,
    fresh: u128,
    hold: bool,
    log: Vec<(Bytes, Option<Bytes>)>,
    answers: Vec<usize>,
    pub(super) out: String,
}

/// One command's words: `key=value` options and the rest.
struct Words<'a> {
    plain: Vec<&'a str>,
    options: Vec<(&'a str, &'a str)>,
}

impl<'a> Words<'a> {
    fn new(text: &'a str) -> Self {
        let is_option = |word: &&str| {
            let key = word.split('=').next().unwrap_or_default();
            word.contains('=') && key.len() <= 6 && key.bytes().all(|b| b.is_ascii_lowercase())
        };
        let words = text.split_whitespace();
        let (options, plain): (Vec<_>, Vec<_>) = words.partition(is_option);
        let options = options.into_iter().filter_map(|word| word.split_once('='));
        Self {
            plain,
            options: options.collect(),
        }
    }

    fn option(&self, key: &str) -> Option<&'a str> {
        self.options
            .iter()
            .find(|(k, _)| *k == key)
            .map(|(_, v)| *v)
    }

    fn number(&self, key: &str, default: i64) -> i64 {
        self.option(key).map_or(default, |v| v.parse().unwrap())
    }
}

fn group(text: &str) -> GroupId {
    GroupId::new(if text == "''" { "" } else { text }).unwrap()
}

/// `c#3` is a member with a fresh id, anything else is meant literally.
fn member(text: &str) -> MemberId {
    match text.split_once('#') {
        Some((prefix, n)) => MemberId::fresh(prefix, n.parse().unwrap()),
        None => MemberId::new(text),
    }
}

fn short(text: &str) -> String {
    match text.split_once("-00000000-0000-4000-8000-") {
        Some((prefix, n)) => format!("{prefix}#{}", u128::from_str_radix(n, 16).unwrap()),
        None => text.to_owned(),
    }
}

fn topic_id(text: &str) -> TopicId {
    TopicId([text.parse().unwrap(); 16])
}

/// `t-0` or `t-0=5`.
fn position(text: &str) -> (TopicName, PartitionIndex, i64) {
    let (place, offset) = text.split_once('=').unwrap_or((text, "0"));
    let (topic, partition) = place.rsplit_once('-').unwrap();
    let topic = TopicName::new(topic).unwrap();
    (
        topic,
        PartitionIndex(partition.parse().unwrap()),
        offset.parse().unwrap(),
    )
}

/// `range:x,rr:y` with consumer subscriptions to topics x and y; `range:!` is no subscription.
fn protocols(text: &str) -> Vec<Protocol> {
    let one = |part: &str| {
        let (name, topic) = part.split_once(':').unwrap_or((part, "t"));
        let mut metadata = b"\0\x01\0\0\0\x01".to_vec();
        metadata.extend((topic.len() as u16).to_be_bytes());
        metadata.extend(topic.as_bytes());
        if topic == "!" {
            metadata = b"!".to_vec();
        }
        Protocol {
            name: name.into(),
            metadata: metadata.into(),
        }
    };
    text.split(',')
        .filter(|part| !part.is_empty())
        .map(one)
        .collect()
}

impl Script {
    pub(super) fn new() -> Self {
        let config = GroupConfig {
            initial_rebalance_delay_ms: 0,
            ..GroupConfig::default()
        };
        let (shard, _) = Shard::load(config, Durable::default(), now(0));
        Self {
            shard,
            config,
            now_ms: 0,
            labels: Vec::new(),
            fresh: 0,
            hold: false,
            log: Vec::new(),
            answers: Vec::new(),
            out: String::new(),
        }
    }

    /// Everything that was appended, in order.
    pub(super) fn log(&self) -> &[(Bytes, Option<Bytes>)] {
        &self.log
    }

    pub(super) fn shard(&self) -> &Shard {
        &self.shard
    }

    /// How many answers each command got.
    pub(super) fn answers(&self) -> &[usize] {
        &self.answers
    }

    pub(super) fn run(&mut self, line: &str) {
        writeln!(self.out, "{line}").unwrap();
        let (label, text) = line.split_once(": ").unwrap_or(("", line));
        let (verb, rest) = text.split_once(' ').unwrap_or((text, ""));
        let words = Words::new(rest);
        match verb {
            "at" => self.advance(words.plain[0].parse().unwrap()),
            "config" => self.configure(&words),
            "hold" => self.hold = true,
            "flow" => self.hold = false,
            "ok" => _ = self.append(None),
            "fail" => self.fail(words.plain[0]),
            "restart" => self.restart(),
            "unload" => self.unload(),
            "describe" => self.describe(words.plain[0]),
            "list" => self.list(&words),
            "fetch" => {
                let fetched = self.shard.fetch_offsets(&fetch(&words));
                writeln!(self.out, "  offsets{}", show_fetched(&fetched)).unwrap();
            }
            _ => {
                let command = self.command(verb, &words);
                self.labels.push(label.to_owned());
                self.answers.push(0);
                let token = Token(self.labels.len() as u64 - 1);
                let effects = self.shard.handle(token, command, now(self.now_ms));
                self.show(effects);
                // A delay of 0 ends at once.
                self.advance(self.now_ms);
            }
        }
        self.settle();
    }

    fn settle(&mut self) {
        while !self.hold && self.append(None) {}
    }

    fn advance(&mut self, to_ms: i64) {
        while let Some(due) = self.shard.next_deadline().filter(|due| *due <= to_ms) {
            self.now_ms = due.max(self.now_ms);
            let effects = self.shard.tick(now(self.now_ms));
            if !effects.replies.is_empty() && self.now_ms < to_ms {
                writeln!(self.out, "  after {} ms", self.now_ms).unwrap();
            }
            self.show(effects);
            self.settle();
        }
        self.now_ms = to_ms;
    }

    fn configure(&mut self, words: &Words<'_>) {
        let config = &mut self.config;
        let delay = i64::from(config.initial_rebalance_delay_ms);
        config.initial_rebalance_delay_ms = words.number("delay", delay) as i32;
        config.members_max = words.number("max", config.members_max as i64) as usize;
        config.offsets_retention_ms = words.number("keep", config.offsets_retention_ms);
        self.shard.set_config(self.config);
    }

    /// Appends one batch and tells its fate; false where there is nothing to append.
    fn append(&mut self, error: Option<AppendError>) -> bool {
        let Some(batch) = self.shard.next_batch(BATCH_BYTES) else {
            return false;
        };
        for (key, value) in &batch.records {
            let record = Record::decode(key, value.as_deref()).unwrap().unwrap();
            let sign = if value.is_some() { '+' } else { '-' };
            let fate = if error.is_some() { " lost" } else { "" };
            writeln!(self.out, "  {sign} {}{fate}", show_record(&record)).unwrap();
        }
        let effects = match error {
            None => {
                self.log.extend(batch.records);
                self.shard.committed(now(self.now_ms))
            }
            Some(error) => self.shard.append_failed(error, now(self.now_ms)),
        };
        self.show(effects);
        true
    }

    fn fail(&mut self, why: &str) {
        let error = match why {
            "storage" => AppendError::Storage,
            "timeout" => AppendError::TimedOut,
            "large" => AppendError::TooLarge,
            _ => panic!("unknown failure {why}"),
        };
        self.append(Some(error));
    }

    fn restart(&mut self) {
        let bytes = encode_snapshot(self.shard.durable(), 7);
        let snapshot = decode_snapshot(&bytes).unwrap();
        let (shard, effects) = Shard::load(self.config, snapshot.state, now(self.now_ms));
        self.shard = shard;
        self.show(effects);
    }

    fn unload(&mut self) {
        let (empty, _) = Shard::load(self.config, Durable::default(), now(self.now_ms));
        let shard = std::mem::replace(&mut self.shard, empty);
        let effects = shard.unload(now(self.now_ms));
        self.show(effects);
    }

    fn command(&mut self, verb: &str, words: &Words<'_>) -> Command {
        let instance = words.option("i").map(InstanceId::new);
        let name = |n: usize| words.plain.get(n).copied().unwrap_or_default();
        match verb {
            "join" => self.join(words),
            "sync" => Command::SyncGroup(SyncGroup {
                group: group(name(0)),
                member: member(name(1)),
                instance,
                generation: name(2).parse().unwrap(),
                protocol_type: words.option("t").map(Arc::from),
                protocol: words.option("p").map(Arc::from),
                assignments: words.plain.iter().skip(3).map(|w| assignment(w)).collect(),
            }),
            "beat" => Command::Heartbeat(Heartbeat {
                group: group(name(0)),
                member: member(name(1)),
                instance,
                generation: name(2).parse().unwrap(),
            }),
            "leave" => Command::LeaveGroup(LeaveGroup {
                group: group(name(0)),
                members: words.plain.iter().skip(1).map(|w| leaver(w)).collect(),
            }),
            "commit" => Command::OffsetCommit(commit(words, instance)),
            "stable" => Command::OffsetFetch(fetch(words)),
            "forget" => Command::OffsetDelete(OffsetDelete {
                group: group(name(0)),
                topics: words
                    .plain
                    .iter()
                    .skip(1)
                    .map(|w| position(w))
                    .map(|(t, p, _)| (t, vec![p]))
                    .collect(),
            }),
            "delete" => Command::DeleteGroups(words.plain.iter().map(|w| group(w)).collect()),
            "gone" => {
                let id = words.option("id").map_or(TopicId([9; 16]), topic_id);
                let topics = words.plain.iter().map(|t| (TopicName::new(t).unwrap(), id));
                Command::DeleteTopics(topics.collect())
            }
            _ => panic!("unknown command {verb}"),
        }
    }

    fn join(&mut self, words: &Words<'_>) -> Command {
        self.fresh += 1;
        let version = words.number("v", 9);
        Command::JoinGroup(JoinGroup {
            group: group(words.plain.first().copied().unwrap_or_default()),
            member: words
                .plain
                .get(1)
                .map_or_else(MemberId::none, |id| member(id)),
            instance: words.option("i").map(InstanceId::new),
            client: Client {
                id: words.option("c").unwrap_or("c").into(),
                host: "/h".into(),
            },
            session_timeout_ms: words.number("s", 10_000) as i32,
            rebalance_timeout_ms: words.number("r", 60_000) as i32,
            protocol_type: words.option("t").unwrap_or("consumer").into(),
            protocols: protocols(words.option("p").unwrap_or("range")),
            reason: None,
            member_id_required: version >= 4,
            can_skip_assignment: version >= 9,
            random: self.fresh,
        })
    }

    fn describe(&mut self, id: &str) {
        let Some(described) = self.shard.describe_group(&group(id)) else {
            writeln!(self.out, "  no group").unwrap();
            return;
        };
        let mut line = described.state.to_owned();
        for text in [&described.protocol_type, &described.protocol]
            .into_iter()
            .flatten()
        {
            write!(line, " {text}").unwrap();
        }
        for m in &described.members {
            let instance = m
                .instance
                .as_ref()
                .map(|i| format!("/{i}"))
                .unwrap_or_default();
            let assignment = String::from_utf8_lossy(&m.assignment).into_owned();
            write!(line, " {}{instance}={assignment}", short(m.member.as_str())).unwrap();
        }
        writeln!(self.out, "  {line}").unwrap();
    }

    fn list(&mut self, words: &Words<'_>) {
        let words_of = |key: &str| {
            let listed = words.option(key).into_iter().flat_map(|v| v.split(','));
            listed.map(str::to_owned).collect()
        };
        let filter = ListFilter {
            states: words_of("state"),
            types: words_of("type"),
        };
        for listed in self.shard.list_groups(&filter) {
            let protocol_type = listed.protocol_type.as_deref().unwrap_or("-");
            let (id, state, kind) = (&listed.group, listed.state, listed.group_type);
            writeln!(self.out, "  {id} {kind} {state} {protocol_type}").unwrap();
        }
    }

    fn show(&mut self, effects: Effects) {
        for (token, reply) in effects.replies {
            self.answers[token.0 as usize] += 1;
            let label = self.labels[token.0 as usize].clone();
            writeln!(self.out, "  {label} {}", show_reply(&reply)).unwrap();
        }
    }
}

/// `c#1=A`.
fn assignment(text: &str) -> (MemberId, Bytes) {
    let (id, bytes) = text.split_once('=').unwrap();
    (member(id), Bytes::copy_from_slice(bytes.as_bytes()))
}

/// `c#1`, `/inst` or `c#1/inst`.
fn leaver(text: &str) -> Leaver {
    let (id, instance) = text
        .split_once('/')
        .map_or((text, None), |(a, b)| (a, Some(b)));
    Leaver {
        member: member(id),
        instance: instance.map(InstanceId::new),
        reason: None,
    }
}

fn commit(words: &Words<'_>, instance: Option<InstanceId>) -> OffsetCommit {
    let metadata = words.option("meta").unwrap_or_default();
    let metadata: Arc<str> = match metadata.strip_prefix('*') {
        Some(n) => "ü".repeat(n.parse().unwrap()).into(),
        None => metadata.into(),
    };
    let id = words
        .option("id")
        .map_or(TopicId::ZERO, |n| TopicId([n.parse().unwrap(); 16]));
    let topics =
        words
            .plain
            .iter()
            .skip(1)
            .map(|w| position(w))
            .map(|(topic, partition, offset)| {
                let commit = CommitPartition {
                    partition,
                    offset,
                    leader_epoch: LeaderEpoch(words.number("epoch", -1) as i32),
                    metadata: metadata.clone(),
                };
                CommitTopic {
                    topic,
                    topic_id: id,
                    partitions: vec![commit],
                }
            });
    OffsetCommit {
        group: group(words.plain[0]),
        member: words.option("m").map_or_else(MemberId::none, member),
        instance,
        generation: words.number("gen", -1) as i32,
        retention_ms: words.option("keep").map(|ms| ms.parse().unwrap()),
        names_unknown_group: words.number("v", 9) >= 9,
        topics: topics.collect(),
    }
}

fn fetch(words: &Words<'_>) -> OffsetFetch {
    let id = words
        .option("id")
        .map_or(TopicId::ZERO, |n| TopicId([n.parse().unwrap(); 16]));
    let topics = words
        .plain
        .iter()
        .skip(1)
        .map(|w| position(w))
        .map(|(topic, partition, _)| FetchTopic {
            topic,
            topic_id: id,
            partitions: vec![partition],
        });
    let topics: Vec<_> = topics.collect();
    OffsetFetch {
        group: group(words.plain[0]),
        topics: (!topics.is_empty()).then_some(topics),
    }
}

fn show_fetched(topics: &[FetchedTopic]) -> String {
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

fn show_record(record: &Record) -> String {
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

fn show_offset_topics(topics: &[OffsetTopic]) -> String {
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

fn show_result<T>(result: &Result<T, GroupError>, f: impl FnOnce(&T) -> String) -> String {
    match result {
        Ok(value) => f(value),
        Err(error) => format!("error {error:?}"),
    }
}

fn show_reply(reply: &Reply) -> String {
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
