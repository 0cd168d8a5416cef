//! How long a course is.

use super::samples;

#[test]
fn parts_of_a_course_are_counted_as_promtool_does() {
    for (part, expected) in [
        ("0x30", 31),
        ("5", 1),
        ("_x10", 10),
        ("0+1x60", 61),
        ("90000-500x120", 121),
    ] {
        assert_eq!(samples(part), expected, "{part}");
    }
}
