//! Whatever happens: stored state equals its log, a restart finds the groups that were at rest, and
//! every command is answered exactly once.

use model::GroupId;
use proptest::prelude::*;

use super::script::{Script, now};
use crate::{Durable, GroupConfig, Record, Shard, decode_snapshot, encode_snapshot};

const GROUPS: [&str; 4] = ["g", "g", "g", "h"];

/// Commands over so few names that they meet. `@n` is the group's n-th member by then, `@p` the one
/// that was sent back with an id last, `%` the last generation that anybody heard of.
fn command() -> impl Strategy<Value = String> {
    let group = prop::sample::select(&GROUPS[..]);
    let member = prop::sample::select(&["@0", "@0", "@1", "@2", "@p", "stranger"][..]);
    let join = prop::sample::select(
        &[
            "", "i=i v=9", "i=j v=8", "v=3", "@p", "@p", "@0", "@1", "@1", "@2", "@0 i=i",
        ][..],
    );
    let generation = prop::sample::select(&["%", "%", "%", "%", "0"][..]);
    let protocols = prop::sample::select(&["range:t", "range:t", "range:t,rr", "rr:u,range:t"][..]);
    let commit = prop::sample::select(&["m=@0 gen=%", "m=@1 gen=%", "", "m=@0 gen=0"][..]);
    let partition = 0..3_u8;
    prop_oneof![
        8 => (group.clone(), join, protocols)
            .prop_map(|(g, who, p)| format!("X: join {g} {who} p={p}")),
        8 => (group.clone(), member.clone(), generation.clone())
            .prop_map(|(g, m, n)| format!("X: sync {g} {m} {n} @0=a @1=b")),
        2 => (group.clone(), member.clone(), generation)
            .prop_map(|(g, m, n)| format!("X: beat {g} {m} {n}")),
        1 => (group.clone(), member).prop_map(|(g, m)| format!("X: leave {g} {m} /i")),
        4 => (group.clone(), partition.clone(), 0..100_u8, commit)
            .prop_map(|(g, p, o, who)| format!("X: commit {g} t-{p}={o} u-0=1 {who}")),
        1 => (group.clone(), partition.clone()).prop_map(|(g, p)| format!("X: forget {g} t-{p}")),
        1 => (group.clone(), partition).prop_map(|(g, p)| format!("X: stable {g} t-{p}")),
        1 => group.prop_map(|g| format!("X: delete {g}")),
        1 => Just("X: gone u".to_owned()),
        1 => Just("hold".to_owned()),
        3 => Just("ok".to_owned()),
        2 => Just("flow".to_owned()),
    ]
}

/// Fills in what a command says about members and generations.
fn resolve(line: &str, script: &Script) -> String {
    let Some(group) = line.split(' ').nth(2).and_then(|id| GroupId::new(id).ok()) else {
        return line.to_owned();
    };
    let mut line = line.to_owned();
    let described = script.shard().describe_group(&group);
    let members = described.map(|group| group.members).unwrap_or_default();
    for n in 0..3 {
        let member = members.get(n).map_or("stranger", |m| m.member.as_str());
        line = line.replace(&format!("@{n}"), member);
    }
    let last = |mark: &str, word: usize| {
        let (_, tail) = script.out.rsplit_once(mark)?;
        tail.split_whitespace().nth(word)
    };
    line = line.replace("@p", last(" MemberIdRequired ", 0).unwrap_or("stranger"));
    let generation = last(" joined ", 1).and_then(|word| word.strip_prefix("gen="));
    line.replace('%', generation.unwrap_or("0"))
}

/// Commands, with the clock moving on between them.
fn commands(more: impl Strategy<Value = String>) -> impl Strategy<Value = Vec<String>> {
    let step = prop_oneof![6 => command(), 1 => more];
    let waits = prop_oneof![
        20 => Just(0),
        4 => Just(1_000),
        2 => Just(5_000),
        1 => prop::sample::select(&[11_000, 61_000, 600_000][..]),
    ];
    prop::collection::vec((step, waits), 1..100).prop_map(|steps| {
        let mut now_ms = 0;
        let mut lines = vec!["config delay=1000 keep=700000".to_owned()];
        for (line, wait_ms) in steps {
            now_ms += wait_ms;
            lines.push(format!("at {now_ms}"));
            lines.push(line);
        }
        lines
    })
}

fn run(lines: &[String]) -> Script {
    let mut script = Script::new();
    for line in lines {
        let line = resolve(line, &script);
        script.run(&line);
    }
    script
}

fn fold(script: &Script) -> Durable {
    let mut state = Durable::default();
    for (key, value) in script.log() {
        state.apply(Record::decode(key, value.as_deref()).unwrap().unwrap());
    }
    state
}

/// A restart finds the groups that were at rest as they were.
fn assert_groups_survive(script: &Script) {
    let (loaded, _) = Shard::load(GroupConfig::default(), fold(script), now(0));
    for id in GROUPS.map(|id| GroupId::new(id).unwrap()) {
        let live = script.shard().describe_group(&id);
        match live.as_ref().map(|group| group.state) {
            Some("Stable") => assert_eq!(live, loaded.describe_group(&id), "{}", script.out),
            Some("Empty") => {
                // A simple group without offsets left exists only until the next cleanup.
                if let Some(loaded) = loaded.describe_group(&id) {
                    assert_eq!(live, Some(loaded), "{}", script.out);
                }
            }
            _ => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn the_log_says_all_that_survives(lines in commands(Just("flow".to_owned()))) {
        let mut script = run(&lines);
        script.run("flow");
        let state = fold(&script);
        assert!(state == *script.shard().durable(), "{}", script.out);
        assert_groups_survive(&script);
        let snapshot = decode_snapshot(&encode_snapshot(&state, 42)).unwrap();
        assert_eq!((snapshot.state, snapshot.next_offset), (state, 42));
    }

    #[test]
    fn failures_lose_nothing_and_every_command_is_answered_once(
        lines in commands(prop::sample::select(&["fail storage", "fail timeout", "fail large"][..])
            .prop_map(str::to_owned))
    ) {
        let mut script = run(&lines);
        assert!(fold(&script) == *script.shard().durable(), "{}", script.out);
        script.run("unload");
        let commands = lines.iter().filter(|line| line.starts_with("X: "));
        for (command, answers) in commands.zip(script.answers()) {
            let expected = usize::from(!command.starts_with("X: gone"));
            assert_eq!(*answers, expected, "{command}\n{}", script.out);
        }
    }
}
