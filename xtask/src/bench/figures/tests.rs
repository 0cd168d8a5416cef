//! Medians, readable numbers and the table.

use super::*;

#[test]
fn medians_of_few() {
    assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
    assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
    assert_eq!(median(&[7.0]), 7.0);
    assert!(median(&[]).is_nan());
}

#[test]
fn three_digits() {
    let shown = [1234.5, 99.96, 12.34, 0.347, 0.00306].map(readable);
    assert_eq!(shown, ["1234", "100.0", "12.3", "0.35", "0.0031"]);
}

#[test]
fn a_row_has_medians_and_bests_with_their_ratios() {
    let mut figures = Figures::default();
    for (ours, theirs) in [(100.0, 50.0), (300.0, 60.0), (200.0, 100.0)] {
        figures.add(Engine::Outrigger, Metric::ProduceLarge, ours);
        figures.add(Engine::Kafka, Metric::ProduceLarge, theirs);
        figures.add(Engine::Outrigger, Metric::AckP50, ours);
    }
    let table = figures.table(&[Engine::Outrigger, Engine::Kafka]);
    let row = |number: usize| -> Vec<&str> {
        let line = table.lines().nth(number).unwrap();
        line[44..].split_whitespace().collect()
    };
    assert_eq!(row(1), ["200", "60.0", "3.33", "300", "100", "3.00"]);
    assert_eq!(row(2), ["200", "NaN", "NaN", "100", "NaN", "NaN"]);
}
