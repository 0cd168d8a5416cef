//! Which collectors run.

use super::{Node, Outcome, Slot, Wanted, WantedError};
use crate::collector::{CollectError, Collector, Round};
use crate::families::{Desc, Families};
use service::Clock;

struct Broken;
struct Whole;

const TOLD: Desc = Desc::gauge("node_told", "Told.");

impl Collector for Broken {
    fn collect(&mut self, _: &mut Families) -> Result<(), CollectError> {
        panic!("on purpose");
    }
}

impl Collector for Whole {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        families.put(&TOLD, &[], 1.0);
        Ok(())
    }
}

#[test]
fn a_collector_that_panics_fails_alone() {
    let slot = |name, collector: Box<dyn Collector>| Slot {
        name,
        collector,
        outcome: Outcome::Unknown,
    };
    let mut node = Node {
        slots: vec![
            slot("broken", Box::new(Broken)),
            slot("whole", Box::new(Whole)),
        ],
        families: Families::default(),
        round: Round::default(),
        clock: Clock::manual(0).0,
    };
    for _ in 0..2 {
        let families = node.collect(&Wanted::All, || false).unwrap();
        let mut text = Vec::new();
        families.write(exposition::Format::Text004, &mut text);
        let text = String::from_utf8(text).unwrap();
        for line in [
            "node_told 1",
            "node_scrape_collector_success{collector=\"broken\"} 0",
            "node_scrape_collector_success{collector=\"whole\"} 1",
        ] {
            assert!(text.lines().any(|told| told == line), "{line}: {text}");
        }
    }
}

#[test]
fn a_query_chooses_among_the_collectors_that_are_on() {
    let on = ["cpu", "loadavg", "meminfo"];
    let check = |collect: &[&str], exclude: &[&str], expected: Result<Wanted, WantedError>| {
        let collect = collect.iter().copied();
        let exclude = exclude.iter().copied();
        assert_eq!(Wanted::from_query(&on, collect, exclude), expected);
    };
    check(&[], &[], Ok(Wanted::All));
    check(
        &["meminfo", "cpu", "cpu"],
        &[],
        Ok(Wanted::Only(vec!["cpu", "meminfo"])),
    );
    check(
        &[],
        &["cpu", "nothing"],
        Ok(Wanted::Only(vec!["loadavg", "meminfo"])),
    );
    check(&["cpu"], &["loadavg"], Err(WantedError::Combined));
    check(&["gpu"], &[], Err(WantedError::Missing("gpu".to_owned())));
}
