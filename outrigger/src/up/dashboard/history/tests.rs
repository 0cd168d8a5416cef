//! What the ring keeps, and what it forgets.

use super::{COARSE_VALUES, FINE_VALUES, History, SERIES_MAX, Span};
use crate::up::dashboard::figures::Figures;
use crate::up::dashboard::panels::PANELS;

fn figures(pairs: &[(&str, f64)]) -> Vec<Figures> {
    let pairs = pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), *value));
    vec![pairs.collect()]
}

/// `name: value value …` of the first panel.
fn seen(history: &History, span: Span, since: f64) -> Vec<String> {
    let parts = history.ring(span).panel(0, since).into_iter();
    let parts = parts.map(|part| {
        let values = part
            .values
            .iter()
            .map(|value| value.map_or("-".into(), |v| v.to_string()));
        format!("{}: {}", part.name, values.collect::<Vec<_>>().join(" "))
    });
    parts.collect()
}

fn history() -> History {
    History::new(&PANELS[..1])
}

#[test]
fn gaps_stay_gaps() {
    let mut history = history();
    history.push(5.0, &figures(&[("a", 1.0)]));
    history.push(10.0, &figures(&[]));
    history.push(15.0, &figures(&[("a", 2.0), ("b", 3.0)]));
    assert_eq!(seen(&history, Span::Fine, 0.0), ["a: 1 - 2", "b: - - 3"]);
    assert_eq!(seen(&history, Span::Fine, 5.0), ["a: - 2", "b: - 3"]);
    assert_eq!(history.ring(Span::Fine).times(5.0), [10.0, 15.0]);
    assert_eq!(seen(&history, Span::Fine, 15.0), Vec::<String>::new());
}

#[test]
fn it_is_bounded_in_time_and_forgets_what_has_gone() {
    let mut history = history();
    for n in 0..FINE_VALUES * 2 {
        let name = if n == 0 { "gone" } else { "a" };
        history.push(n as f64 * 5.0, &figures(&[(name, n as f64)]));
    }
    let ring = history.ring(Span::Fine);
    assert_eq!(ring.times(0.0).len(), FINE_VALUES);
    let parts = ring.panel(0, 0.0);
    assert_eq!(parts.len(), 1);
    assert_eq!((parts[0].name, parts[0].values.len()), ("a", FINE_VALUES));
    assert_eq!(history.fine.panels[0].len(), 1);
}

#[test]
fn a_minute_is_the_mean_of_its_moments() {
    let mut history = history();
    for n in 0..36 {
        let time = 600.0 + 5.0 * f64::from(n);
        history.push(time, &figures(&[("a", f64::from(n / 12))]));
    }
    // The third minute is not over.
    assert_eq!(history.ring(Span::Coarse).times(0.0), [600.0, 660.0]);
    assert_eq!(seen(&history, Span::Coarse, 0.0), ["a: 0 1"]);
    for n in 36..12 * (COARSE_VALUES + 10) {
        history.push(600.0 + 5.0 * n as f64, &figures(&[("a", 1.0)]));
    }
    assert_eq!(history.ring(Span::Coarse).times(0.0).len(), COARSE_VALUES);
}

#[test]
fn the_smallest_series_makes_room_for_a_larger() {
    let mut history = history();
    let names: Vec<_> = (0..SERIES_MAX).map(|n| format!("s{n}")).collect();
    let all: Vec<_> = names
        .iter()
        .zip(10..)
        .map(|(name, n)| (name.as_str(), f64::from(n)))
        .collect();
    history.push(5.0, &figures(&all));
    history.push(10.0, &figures(&[("small", 1.0), ("large", 100.0)]));
    let seen = seen(&history, Span::Fine, 0.0);
    assert_eq!(seen.len(), SERIES_MAX);
    assert!(seen.contains(&"large: - 100".to_owned()) && seen.contains(&"s1: 11 -".to_owned()));
    assert!(
        !seen
            .iter()
            .any(|text| text.starts_with("s0:") || text.starts_with("small"))
    );
}
