//! Figures out of expositions, one after the other.

use super::{Evaluation, MISSED_ANSWERS_MAX, Scrape, Scrapes};
use crate::up::dashboard::panel::Source::{Jmx, Node};
use crate::up::dashboard::panel::Test::{Any, Has, Is, Lacks, Not};
use crate::up::dashboard::panel::{Ask, Line, Panel, Select, Shape, Source, TESTS, Test, Unit};
use exposition::parse;

const NOTHING: (&str, Test) = ("", Any);

const fn of(source: Source, with: [(&'static str, Test); TESTS], by: &'static str) -> Select {
    Select {
        source,
        family: "f",
        with,
        by,
    }
}

const ALL: Select = of(Jmx, [NOTHING; TESTS], "");
const BY_TOPIC: Select = of(Jmx, [("topic", Has), NOTHING, NOTHING], "topic");
const TOTAL: Select = of(Jmx, [("topic", Lacks), NOTHING, NOTHING], "");
const A_OR_B: Select = of(Jmx, [("topic", Not(&["c"])), NOTHING, NOTHING], "topic");
const OF_NODE: Select = of(Node, [("mode", Is("user")), NOTHING, NOTHING], "");

fn panel(lines: &'static [Line]) -> Panel {
    Panel {
        id: "p",
        section: "s",
        title: "t",
        unit: Unit::Count,
        shape: Shape::Lines,
        about: "",
        empty: "",
        lines,
        top: 8,
        limit: None,
    }
}

const fn line(name: &'static str, ask: Ask) -> Line {
    Line {
        name,
        ask,
        scale: 1.0,
    }
}

fn scrape(source: Source, seconds: f64, text: &str) -> Scrapes {
    let families = parse(text).unwrap();
    Scrapes::from([(source, Scrape { seconds, families })])
}

/// `name=value` of one panel, after each exposition of a story.
fn story(lines: &'static [Line], steps: &[(f64, &str)]) -> Vec<String> {
    let mut evaluation = Evaluation::default();
    let steps = steps.iter().map(|(seconds, text)| {
        let scrapes = match *text {
            "" => Scrapes::new(),
            text => scrape(Jmx, *seconds, &format!("{}\n", text.replace('=', " "))),
        };
        let figures = evaluation.figures(&[panel(lines)], &scrapes).remove(0);
        let figures = figures
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        figures.collect::<Vec<_>>().join(" ")
    });
    steps.collect()
}

#[test]
fn gauges_are_added_up_and_compared() {
    const LINES: &[Line] = &[
        line("sum", Ask::Sum(ALL)),
        line("max", Ask::Max(ALL)),
        line("by {}", Ask::Sum(A_OR_B)),
        line("total", Ask::Sum(TOTAL)),
        line("rest", Ask::Rest(TOTAL, ALL)),
    ];
    let mut evaluation = Evaluation::default();
    let text = "f{topic=\"a\"} 1\nf{topic=\"b\"} 2\nf{topic=\"c\"} 4\nf 1\n";
    let figures = evaluation.figures(&[panel(LINES)], &scrape(Jmx, 0.0, text));
    let expected = [
        ("sum", 8.0),
        ("max", 4.0),
        ("by a", 1.0),
        ("by b", 2.0),
        ("total", 1.0),
        ("rest", 0.875),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value));
    assert_eq!(figures, [expected.to_vec()]);
}

#[test]
fn a_value_that_is_no_number_is_none() {
    const LINES: &[Line] = &[
        line("sum", Ask::Sum(ALL)),
        line("rest", Ask::Rest(ALL, ALL)),
    ];
    let steps = [(0.0, "f=NaN"), (5.0, "f=0"), (10.0, "f=+Inf")];
    assert_eq!(story(LINES, &steps), ["", "sum=0", ""]);
}

#[test]
fn counters_grow_from_scrape_to_scrape() {
    const LINES: &[Line] = &[line("rate", Ask::Rate(ALL))];
    let steps = [
        (100.0, "f=1000"),
        (105.0, "f=1010"),
        (110.0, "f=1010"),
        // It began again, and has counted 25 since.
        (115.0, "f=25"),
        // Two moments without an answer: the next one spans all three.
        (120.0, ""),
        (125.0, ""),
        (130.0, "f=55"),
    ];
    assert_eq!(
        story(LINES, &steps),
        ["", "rate=2", "rate=0", "rate=5", "", "", "rate=2"]
    );
}

#[test]
fn a_counter_that_appears_began_at_nothing() {
    const LINES: &[Line] = &[line("{}", Ask::Rate(BY_TOPIC))];
    let mut evaluation = Evaluation::default();
    let mut at = |seconds: f64, text: &str| {
        let scrapes = scrape(Jmx, seconds, text);
        evaluation.figures(&[panel(LINES)], &scrapes).remove(0)
    };
    assert_eq!(at(0.0, "f 1\nf{topic=\"a\"} 100\n"), []);
    let figures = at(5.0, "f 1\nf{topic=\"a\"} 110\nf{topic=\"b\"} 40\n");
    // The largest first.
    assert_eq!(figures, [("b".to_owned(), 8.0), ("a".to_owned(), 2.0)]);
    let figures = at(10.0, "f 1\nf{topic=\"b\"} 40\n");
    assert_eq!(figures, [("b".to_owned(), 0.0)]);
}

#[test]
fn a_counter_that_was_missing_grows_from_what_it_was() {
    const LINES: &[Line] = &[line("{}", Ask::Rate(BY_TOPIC))];
    let both = |a: u32, b: u32| format!("f{{topic=\"a\"}} {a}\nf{{topic=\"b\"}} {b}\n");
    let b_alone = |b: u32| format!("f{{topic=\"b\"}} {b}\n");
    let mut evaluation = Evaluation::default();
    let mut seconds = 0.0;
    let mut next = |text: String| {
        let scrapes = scrape(Jmx, seconds, &text);
        seconds += 5.0;
        let figures = evaluation.figures(&[panel(LINES)], &scrapes).remove(0);
        let figures = figures
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        figures.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(next(both(36_000, 100)), "");
    assert_eq!(next(both(36_010, 110)), "a=2 b=2");
    // Its part of the source fails for two rounds: the next answer spans all three.
    assert_eq!(next(b_alone(120)), "b=2");
    assert_eq!(next(b_alone(130)), "b=2");
    assert_eq!(next(both(36_040, 145)), "b=3 a=2");
    assert_eq!(next(both(36_045, 145)), "a=1 b=0");
    // It was away and began again.
    assert_eq!(next(b_alone(145)), "b=0");
    assert_eq!(next(both(30, 145)), "a=3 b=0");
}

#[test]
fn a_counter_that_stays_away_is_forgotten() {
    const LINES: &[Line] = &[line("{}", Ask::Rate(ALL))];
    let mut evaluation = Evaluation::default();
    let counters = |evaluation: &Evaluation| evaluation.counters[&Jmx].values.len();
    for round in 0..=MISSED_ANSWERS_MAX + 1 {
        let text = match round {
            0 => "f{topic=\"a\"} 1\nf 1\n",
            _ => "f 1\n",
        };
        evaluation.figures(&[panel(LINES)], &scrape(Jmx, round as f64, text));
        // A moment without any answer makes nothing older.
        evaluation.figures(&[panel(LINES)], &Scrapes::new());
        let expected = 1 + usize::from(round <= MISSED_ANSWERS_MAX);
        assert_eq!(counters(&evaluation), expected, "{round}");
    }
}

#[test]
fn sources_do_not_mix() {
    const LINES: &[Line] = &[line("node", Ask::Sum(OF_NODE))];
    let mut evaluation = Evaluation::default();
    let text = "f{mode=\"user\"} 1\n";
    let figures = evaluation.figures(&[panel(LINES)], &scrape(Jmx, 0.0, text));
    assert_eq!(figures, [vec![]]);
    let figures = evaluation.figures(&[panel(LINES)], &scrape(Node, 0.0, text));
    assert_eq!(figures, [vec![("node".to_owned(), 1.0)]]);
}

#[test]
fn parts_of_the_growth_make_a_whole() {
    const LINES: &[Line] = &[line("{}", Ask::RateShare(A_OR_B, ALL))];
    let mut evaluation = Evaluation::default();
    let mut at = |seconds: f64, text: &str| {
        let scrapes = scrape(Jmx, seconds, text);
        evaluation.figures(&[panel(LINES)], &scrapes).remove(0)
    };
    at(
        0.0,
        "f{topic=\"a\"} 0\nf{topic=\"b\"} 0\nf{topic=\"c\"} 0\n",
    );
    let figures = at(
        5.0,
        "f{topic=\"a\"} 1\nf{topic=\"b\"} 2\nf{topic=\"c\"} 5\n",
    );
    assert_eq!(figures, [("b".to_owned(), 0.25), ("a".to_owned(), 0.125)]);
}
