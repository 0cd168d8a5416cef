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
fn a_row_has_both_medians_and_their_ratio() {
    let mut figures = Figures::default();
    figures.add(Engine::Outrigger, Metric::AckP50, 0.5);
    figures.add(Engine::Kafka, Metric::AckP50, 2.0);
    let table = figures.table(&[Engine::Outrigger, Engine::Kafka]);
    let row: Vec<&str> = table
        .lines()
        .nth(1)
        .unwrap()
        .split_whitespace()
        .rev()
        .collect();
    assert_eq!(row[..3], ["0.25", "2.00", "0.50"]);
}
