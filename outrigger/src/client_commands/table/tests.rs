//! Cases for tables.

use super::Table;

#[test]
fn columns_are_as_wide_as_their_content_and_numbers_stand_right() {
    let mut table = Table::new(["TOPIC", "PARTITIONS", "NOTE"]);
    table.row(["orders".into(), "12".into(), String::new()]);
    table.row(["a-longer-name".into(), "3".into(), "ü".into()]);
    let lines = [
        "TOPIC          PARTITIONS  NOTE",
        "orders                 12  -",
        "a-longer-name           3  ü",
    ];
    assert_eq!(table.to_string(), lines.join("\n") + "\n");
}

#[test]
fn a_table_without_rows_is_its_headings() {
    assert_eq!(Table::new(["GROUP", "LAG"]).to_string(), "GROUP  LAG\n");
}
