//! `timex`: how the kernel steers its clock, by adjtimex(2).

use rtime_clock::adjtime::{Timex as State, adjtimex};

use super::{CollectError, Collector, Setup};
use crate::families::{Desc, Families};

/// The clock is not synchronized (`TIME_ERROR`).
const UNSYNCHRONIZED: i32 = 5;
/// Times are in nanoseconds (`STA_NANO`), else in microseconds.
const NANOSECONDS: i32 = 0x2000;
/// Parts per million with a fraction of 16 bits.
const FREQUENCY_UNIT: f64 = 1e6 * 65536.0;

struct Timex;

/// Makes the collector.
pub fn open(_: &mut Setup<'_>) -> Box<dyn Collector> {
    Box::new(Timex)
}

impl Collector for Timex {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        let mut state = State::new();
        let clock = match adjtimex(&mut state) {
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
                return Err(CollectError::NoData);
            }
            clock => clock.map_err(|source| CollectError::System {
                what: "adjtimex",
                source,
            })?,
        };
        tell(&state, clock, families);
        Ok(())
    }
}

#[rustfmt::skip]
fn tell(state: &State, clock: i32, families: &mut Families) {
    let timex = &state.0;
    let second = if timex.status & NANOSECONDS == 0 { 1e6 } else { 1e9 };
    let is_synchronized = f64::from(u8::from(clock != UNSYNCHRONIZED));
    let mut gauge = |name, help, value| families.put(&Desc::gauge(name, help), &[], value);
    gauge("node_timex_sync_status", "Is clock synchronized to a reliable server (1 = yes, 0 = no).", is_synchronized);
    gauge("node_timex_offset_seconds", "Time offset in between local system and reference clock.", timex.offset as f64 / second);
    gauge("node_timex_frequency_adjustment_ratio", "Local clock frequency adjustment.", 1.0 + timex.freq as f64 / FREQUENCY_UNIT);
    gauge("node_timex_maxerror_seconds", "Maximum error in seconds.", timex.maxerror as f64 / 1e6);
    gauge("node_timex_estimated_error_seconds", "Estimated error in seconds.", timex.esterror as f64 / 1e6);
    gauge("node_timex_status", "Value of the status array bits.", f64::from(timex.status));
    gauge("node_timex_loop_time_constant", "Phase-locked loop time constant.", timex.constant as f64);
    gauge("node_timex_tick_seconds", "Seconds between clock ticks.", timex.tick as f64 / 1e6);
    gauge("node_timex_pps_frequency_hertz", "Pulse per second frequency.", timex.ppsfreq as f64 / FREQUENCY_UNIT);
    gauge("node_timex_pps_jitter_seconds", "Pulse per second jitter.", timex.jitter as f64 / second);
    gauge("node_timex_pps_shift_seconds", "Pulse per second interval duration.", f64::from(timex.shift));
    gauge("node_timex_pps_stability_hertz", "Pulse per second stability, average of recent frequency changes.", timex.stabil as f64 / FREQUENCY_UNIT);
    gauge("node_timex_tai_offset_seconds", "International Atomic Time (TAI) offset.", f64::from(timex.tai));
    let mut counter = |name, help, value| families.put(&Desc::counter(name, help), &[], value);
    counter("node_timex_pps_jitter_total", "Pulse per second count of jitter limit exceeded events.", timex.jitcnt as f64);
    counter("node_timex_pps_calibration_total", "Pulse per second count of calibration intervals.", timex.calcnt as f64);
    counter("node_timex_pps_error_total", "Pulse per second count of calibration errors.", timex.errcnt as f64);
    counter("node_timex_pps_stability_exceeded_total", "Pulse per second count of stability limit exceeded events.", timex.stbcnt as f64);
}

#[cfg(test)]
mod tests {
    use exposition::Format;

    use super::{NANOSECONDS, State, tell};
    use crate::families::Families;

    #[test]
    fn units_follow_the_status() {
        let check = |status: i32, clock: i32, line: &str| {
            let mut state = State::new();
            state.0.status = status;
            state.0.offset = 5_000_000;
            let mut families = Families::default();
            tell(&state, clock, &mut families);
            let mut text = Vec::new();
            families.write(Format::Text004, &mut text);
            let text = String::from_utf8(text).unwrap();
            assert!(text.lines().any(|found| found == line), "{text}");
            assert_eq!(families.len(), 17);
        };
        check(0, 0, "node_timex_offset_seconds 5");
        check(NANOSECONDS, 0, "node_timex_offset_seconds 0.005");
        check(64, 5, "node_timex_sync_status 0");
        check(0, 0, "node_timex_sync_status 1");
        check(0, 0, "node_timex_frequency_adjustment_ratio 1");
    }
}
