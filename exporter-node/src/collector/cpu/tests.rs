//! Counters that jump, ranges, and nasty lines.

use super::sysfs::ranges;
use super::times::Times;

fn idle_of(times: &Times) -> Vec<(u32, f64)> {
    times
        .each()
        .map(|(cpu, seconds)| (cpu, seconds[3]))
        .collect()
}

#[test]
fn seconds_go_back_only_where_a_processor_was_unplugged() {
    let mut times = Times::default();
    let mut check = |text: &str, expected: &[(u32, f64)]| {
        times.take(text).unwrap();
        assert_eq!(idle_of(&times), expected, "{text}");
    };
    check(
        "cpu  9 9 9 9\ncpu0 1 2 3 1000 5\ncpu1 1 2 3 500\n",
        &[(0, 10.0), (1, 5.0)],
    );
    check(
        "cpu0 1 2 3 990\ncpu1 1 2 3 600\nintr 5\n",
        &[(0, 10.0), (1, 6.0)],
    );
    check("cpu0 1 2 3 690\ncpu1 1 2 3 600\n", &[(0, 6.9), (1, 6.0)]);
    check("cpu1 1 2 3 700\n", &[(1, 7.0)]);
    check("cpu1 1 2 3 700\ncpu0 1 2 3 4\n", &[(0, 0.04), (1, 7.0)]);
}

#[test]
fn a_jump_resets_every_mode_of_the_processor() {
    let mut times = Times::default();
    times.take("cpu0 100 2 3 1000\n").unwrap();
    times.take("cpu0 50 2 3 100\n").unwrap();
    let (_, seconds) = times.each().next().unwrap();
    assert_eq!(seconds[0], 0.5);
}

#[test]
fn what_is_no_list_of_processors_is_refused() {
    for text in [
        "",
        "cpu 1 2 3\n",
        "cpu0 1 x 3\n",
        "cpux 1\n",
        "cpu0 -1\n",
        "cpu99999999999 1\n",
    ] {
        assert!(Times::default().take(text).is_err(), "{text:?}");
    }
}

#[test]
fn ranges_are_read_and_bounded() {
    let check = |text: &str, expected: Option<&[u32]>| {
        assert_eq!(ranges(text).ok().as_deref(), expected, "{text:?}");
    };
    check("\n", Some(&[]));
    check("0-2,5\n", Some(&[0, 1, 2, 5]));
    check("3-1", Some(&[]));
    for text in ["0-99999999", "a", "1-", "-1", "1-2-3", "\u{fffd}"] {
        check(text, None);
    }
    let many = "0-65535,".repeat(3);
    check(&many, None);
}
