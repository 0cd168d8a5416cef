//! The table of likeness, as cases.

use super::{COMPARED_BYTES_MIN, Likeness, Verdict, resolve};

#[test]
fn every_likeness_has_its_verdict() {
    let (much, little) = (COMPARED_BYTES_MIN, COMPARED_BYTES_MIN - 1);
    let cases = [
        // same node, head, mark, compared, original there
        (true, true, true, much, true, Verdict::Same),
        (true, true, true, little, true, Verdict::Same),
        (true, true, false, much, false, Verdict::Anew),
        (true, false, true, much, false, Verdict::Anew),
        (true, false, false, much, false, Verdict::Anew),
        (false, true, true, much, false, Verdict::Moved),
        (false, true, true, much, true, Verdict::Copy),
        (false, true, true, little, false, Verdict::Other),
        (false, true, true, little, true, Verdict::Other),
        (false, true, false, much, false, Verdict::Other),
        (false, false, true, much, false, Verdict::Other),
        (false, false, false, much, false, Verdict::Other),
    ];
    for (same_node, head, mark, compared_bytes, original_is_there, expected) in cases {
        let likeness = Likeness {
            same_node,
            head,
            mark,
            compared_bytes,
            original_is_there,
        };
        assert_eq!(resolve(likeness), expected, "{likeness:?}");
    }
}
