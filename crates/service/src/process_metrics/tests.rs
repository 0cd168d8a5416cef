//! What the kernel's files say, and what comes of this very process.

use super::{Stat, memory_bytes, register, stat};
use crate::admin::Health;
use prometheus::{Registry, TextEncoder};

#[test]
fn the_name_of_a_process_may_hold_anything() {
    let rest = "S 1 1 1 0 -1 4194560 1 0 0 0 7 8 0 0 20 0 12 0 4200 1000 20 18446744073709551615";
    let ticks = rustix::param::clock_ticks_per_second() as f64;
    let expected = Some(Stat {
        threads: 12,
        started: 4200.0 / ticks,
    });
    for name in ["(broker)", "(a) S 9 9 (b)", "(\u{fffd} \n)"] {
        assert_eq!(stat(&format!("77 {name} {rest}")), expected, "{name}");
    }
    for broken in [
        "",
        "77 (x) S 1",
        "77 (x",
        "77 (x) S 1 1 1 0 -1 0 1 0 0 0 7 8 0 0 20 0 x 0 y",
    ] {
        assert_eq!(stat(broken), None, "{broken}");
    }
}

#[test]
fn memory_is_counted_in_pages() {
    let page = i64::try_from(rustix::param::page_size()).expect("a small number");
    assert_eq!(
        memory_bytes("10 4 1 1 0 2 0\n"),
        Some((10 * page, 4 * page))
    );
    let most = format!("{} 1", u64::MAX);
    assert_eq!(memory_bytes(&most), Some((i64::MAX, page)));
    for broken in ["", "10", "10 x", "-1 4"] {
        assert_eq!(memory_bytes(broken), None, "{broken}");
    }
}

#[test]
fn this_process_is_told_as_it_is() {
    let registry = Registry::new();
    let health = Health::starting(&["listeners"]);
    register(&registry, &health).expect("registered");
    let value = |name: &str| -> f64 {
        let text = TextEncoder::new().encode_to_string(&registry.gather());
        let text = text.expect("encoded");
        let mut lines = text.lines().filter_map(|line| line.rsplit_once(' '));
        let (_, value) = lines.find(|(found, _)| *found == name).expect(name);
        value.parse().expect("a number")
    };
    let healthy = "outrigger_component_healthy{component=\"listeners\"}";
    assert_eq!(value(healthy), 0.0);
    health.ok("listeners");
    assert_eq!(value(healthy), 1.0);
    assert!(health.works("listeners") && !health.works("storage"));
    let before = value("process_cpu_seconds_total");
    assert!(value("process_cpu_seconds_total") >= before);
    assert!(value("process_virtual_memory_bytes") >= value("process_resident_memory_bytes"));
    assert!(value("process_resident_memory_bytes") > 100_000.0);
    assert!(value("process_threads") >= 1.0);
    // Tests of this crate started within the last day, on a clock that is right.
    let started = value("process_start_time_seconds");
    let now = crate::Clock::real().now_ms() as f64 / 1000.0;
    assert!(
        started <= now + 1.0 && started > now - 86_400.0,
        "{started}"
    );
    let again = value("process_start_time_seconds");
    assert_eq!(started, again, "what has not started again has not moved");
    let few: Vec<_> = (0..40).map(|_| std::fs::File::open("/dev/null")).collect();
    let open = value("process_open_fds");
    assert!(open >= 40.0 && open <= value("process_max_fds"), "{open}");
    drop(few);
    assert!(register(&registry, &health).is_err(), "once for a registry");
}
