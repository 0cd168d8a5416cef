//! Where in a JSON text a string stands, for errors that are found after it was read.

/// Line and column, from 1, of the first string literal that is `text`.
pub(super) fn of_string(json: &str, text: &str) -> Option<(usize, usize)> {
    let literal = serde_json::to_string(text).ok()?;
    let before = json.get(..json.find(&literal)?)?;
    let line = before.matches('\n').count() + 1;
    let column = before
        .chars()
        .rev()
        .take_while(|letter| *letter != '\n')
        .count()
        + 1;
    Some((line, column))
}

#[cfg(test)]
mod tests {
    use super::of_string;

    #[test]
    fn lines_and_columns_count_from_one() {
        let json = "{\n  \"ä\": \"b\\\"c\"}";
        assert_eq!(of_string(json, "ä"), Some((2, 3)));
        assert_eq!(of_string(json, "b\"c"), Some((2, 8)));
        assert_eq!(of_string(json, "d"), None);
    }
}
