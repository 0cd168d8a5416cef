//! The language of the transcripts.
//!
//! `A:` before a command labels its answers. Member `c#3` is client `c` with the third random id of
//! the script. Appends succeed at once unless `hold` was said; then `ok` and `fail WHY` decide.

mod show;
mod words;

use std::fmt::Write as _;
use std::sync::Arc;

use bytes::Bytes;
use model::{TopicId, TopicName};

use super::super::Shard;
use crate::{
    AppendError, Client, Command, Durable, Effects, GroupConfig, Heartbeat, InstanceId, JoinGroup,
    LeaveGroup, ListFilter, MemberId, Now, OffsetDelete, Record, SyncGroup, Token, decode_snapshot,
    encode_snapshot,
};
use show::{short, show_fetched, show_record, show_reply};
use words::{
    Words, assignment, commit, fetch, group, leaver, member, position, protocols, topic_id,
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
            "progress" => self.progress(),
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

    /// Takes effect at a start, of which the script's first line is one.
    fn configure(&mut self, words: &Words<'_>) {
        let config = &mut self.config;
        let delay = i64::from(config.initial_rebalance_delay_ms);
        config.initial_rebalance_delay_ms = words.number("delay", delay) as i32;
        config.members_max = words.number("max", config.members_max as i64) as usize;
        config.offsets_retention_ms = words.number("keep", config.offsets_retention_ms);
        if self.labels.is_empty() {
            self.restart();
        }
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

    fn progress(&mut self) {
        for group in self.shard.progress() {
            write!(
                self.out,
                "  {} {} {}",
                group.group, group.state, group.members
            )
            .unwrap();
            for (topic, partition, offset) in group.positions() {
                write!(self.out, " {topic}-{partition}={}", offset.offset).unwrap();
            }
            self.out.push('\n');
        }
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
