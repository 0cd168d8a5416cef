//! Tables for people: as wide as their content, numbers to the right.

use std::fmt;

/// Rows under headings.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    headings: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new<const N: usize>(headings: [&'static str; N]) -> Self {
        Self {
            headings: headings.to_vec(),
            rows: Vec::new(),
        }
    }

    /// Adds a row; an empty cell is shown as `-`, so that columns can be counted.
    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.to_vec());
    }

    /// Whether every cell of a column reads as a number.
    fn is_numeric(&self, column: usize) -> bool {
        let numeric = |cell: &str| cell.is_empty() || cell.parse::<i64>().is_ok();
        self.cells(column).all(numeric)
    }

    fn cells(&self, column: usize) -> impl Iterator<Item = &str> {
        let cells = self.rows.iter().filter_map(move |row| row.get(column));
        cells.map(String::as_str)
    }
}

fn shown(cell: &str) -> &str {
    if cell.is_empty() { "-" } else { cell }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns: Vec<(usize, bool)> = self
            .headings
            .iter()
            .enumerate()
            .map(|(column, heading)| {
                let widest = self.cells(column).map(|cell| shown(cell).chars().count());
                let width = widest.max().unwrap_or(0).max(heading.len());
                (width, self.is_numeric(column))
            })
            .collect();
        let headings = self.headings.iter().map(|heading| (*heading).to_owned());
        let headings: Vec<String> = headings.collect();
        for row in std::iter::once(&headings).chain(&self.rows) {
            let mut line = String::new();
            for (cell, (width, numeric)) in row.iter().zip(&columns) {
                let cell = shown(cell);
                if !line.is_empty() {
                    line.push_str("  ");
                }
                line.push_str(&match numeric {
                    true => format!("{cell:>width$}"),
                    false => format!("{cell:<width$}"),
                });
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
