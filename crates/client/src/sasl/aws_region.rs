//! The AWS region in a broker's host name: `b-1.demo.abc.c2.kafka.eu-west-1.amazonaws.com`, or any
//! name whose owner put a region into it.

/// The directions that a region is named by. A fixed list, since regions are added every year and
/// `my-kafka-1` must not be taken for one.
const DIRECTIONS: [&str; 9] = [
    "central",
    "east",
    "north",
    "northeast",
    "northwest",
    "south",
    "southeast",
    "southwest",
    "west",
];
/// Letters of the first part: `us`, `ap`, `eusc`.
const AREA_LETTERS: std::ops::RangeInclusive<usize> = 2..=4;
/// Parts of the longest: `us-gov-west-1`, `us-isob-east-1`.
const PARTS_MAX: usize = 4;

/// The first label of a host name that is a region.
pub(super) fn region_in(host: &str) -> Option<&str> {
    host.split('.').find(|label| is_region(label))
}

fn is_region(label: &str) -> bool {
    let parts: Vec<&str> = label.split('-').collect();
    let [area, middle @ .., direction, number] = parts.as_slice() else {
        return false;
    };
    let letters = |part: &str| part.bytes().all(|byte| byte.is_ascii_lowercase());
    parts.len() <= PARTS_MAX
        && AREA_LETTERS.contains(&area.len())
        && letters(area)
        && middle.iter().all(|part| !part.is_empty() && letters(part))
        && DIRECTIONS.contains(direction)
        && (1..=2).contains(&number.len())
        && number.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::region_in;

    #[test]
    fn regions_are_found_and_look_alikes_are_not() {
        let cases = [
            (
                "b-1.demo.abc123.c2.kafka.us-east-1.amazonaws.com",
                Some("us-east-1"),
            ),
            (
                "boot-x.c1.kafka-serverless.ap-southeast-2.amazonaws.com",
                Some("ap-southeast-2"),
            ),
            (
                "b-1.kafka.us-gov-west-1.amazonaws.com",
                Some("us-gov-west-1"),
            ),
            ("kafka.eusc-de-east-1.internal", Some("eusc-de-east-1")),
            ("b-1.eu-west-1.kafka.example", Some("eu-west-1")),
            ("my-kafka-1.example", None),
            ("localhost", None),
            ("127.0.0.1", None),
            ("us-east-.x", None),
            ("", None),
        ];
        for (host, region) in cases {
            assert_eq!(region_in(host), region, "{host}");
        }
    }
}
