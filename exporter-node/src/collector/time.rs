//! `time`: the machine's clock, its zone, and what the kernel takes time from.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use service::Clock;

use super::{CollectError, Collector, Setup};
use crate::families::{Desc, Families};
use crate::file::KeptTree;

const SECONDS: Desc = Desc::gauge(
    "node_time_seconds",
    "System time in seconds since epoch (1970).",
);
const ZONE_OFFSET: Desc = Desc::gauge(
    "node_time_zone_offset_seconds",
    "System time zone offset in seconds.",
);
const AVAILABLE: Desc = Desc::gauge(
    "node_time_clocksource_available_info",
    "Available clocksources read from '/sys/devices/system/clocksource'.",
);
const CURRENT: Desc = Desc::gauge(
    "node_time_clocksource_current_info",
    "Current clocksource read from '/sys/devices/system/clocksource'.",
);

struct Time {
    clock: Clock,
    sources: KeptTree,
}

/// Makes the collector.
pub fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    Box::new(Time {
        clock: setup.clock.clone(),
        sources: setup.paths.sys_tree("devices/system/clocksource"),
    })
}

impl Collector for Time {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        let now_ms = self.clock.now_ms();
        families.put(&SECONDS, &[], now_ms as f64 / 1000.0);
        if let Ok(now) = Timestamp::from_millisecond(now_ms) {
            let zone = TimeZone::system();
            let info = zone.to_offset_info(now);
            let seconds = f64::from(info.offset().seconds());
            let labels = [("time_zone", info.abbreviation())];
            families.put(&ZONE_OFFSET, &labels, seconds);
        }
        let mut devices = self.sources.devices()?;
        devices.retain(|name| name.starts_with("clocksource"));
        // Upstream numbers them in their order.
        for (index, name) in devices.iter().enumerate() {
            let device = index.to_string();
            let available = self.sources.read(name, "available_clocksource")?;
            for source in String::from_utf8_lossy(available).split_ascii_whitespace() {
                families.put(
                    &AVAILABLE,
                    &[("clocksource", source), ("device", &device)],
                    1.0,
                );
            }
            let current = self.sources.read(name, "current_clocksource")?;
            let current = String::from_utf8_lossy(current.trim_ascii());
            families.put(
                &CURRENT,
                &[("clocksource", &current), ("device", &device)],
                1.0,
            );
        }
        Ok(())
    }
}
