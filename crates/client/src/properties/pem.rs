//! PEM inside a properties file, where a value is one line: Kafka takes the base64 with blanks
//! where the line ends were (KIP-651), and PEM has one line end at least behind each label.

const DASHES: &str = "-----";

/// The same blocks with their line ends; text outside of blocks is dropped.
pub(super) fn unfolded(text: &str) -> String {
    let mut unfolded = String::with_capacity(text.len());
    // Odd pieces are labels: "BEGIN X" and "END X". What follows a BEGIN is its base64.
    let mut within = false;
    for (index, piece) in text.split(DASHES).enumerate() {
        if index % 2 == 1 {
            within = piece.starts_with("BEGIN ");
            unfolded.push_str(DASHES);
            unfolded.push_str(piece);
            unfolded.push_str(DASHES);
            unfolded.push('\n');
        } else if within {
            for part in piece.split_whitespace() {
                unfolded.push_str(part);
                unfolded.push('\n');
            }
        }
    }
    unfolded
}

#[cfg(test)]
mod tests {
    use super::unfolded;

    #[test]
    fn one_line_becomes_many_and_many_stay() {
        let whole = "-----BEGIN X-----\nAAAA\nBB==\n-----END X-----\n";
        assert_eq!(
            unfolded("-----BEGIN X----- AAAA BB== -----END X-----"),
            whole
        );
        assert_eq!(unfolded(whole), whole);
        assert_eq!(unfolded(&format!("words {whole} more")), whole);
        assert_eq!(unfolded("no block"), "");
    }
}
