//! `systemd`: units and their states, asked over D-Bus; off by default, as upstream.

mod properties;
mod units;

use std::path::PathBuf;

use regex::Regex;
use service::Clock;
use service::flags::{Flag, Values};

use super::{CollectError, Collector, Setup};
use crate::dbus::{BusError, Connection};
use crate::families::{Desc, Families};

use properties::{Init, UnitProperty};
use units::{STATES, Unit};

static VERSION: Desc = Desc::gauge("node_systemd_version", "Detected systemd version");
static VIRTUALIZATION: Desc = Desc::gauge(
    "node_systemd_virtualization_info",
    "Detected virtualization technology",
);
static RUNNING: Desc = Desc::gauge(
    "node_systemd_system_running",
    "Whether the system is operational (see 'systemctl is-system-running')",
);
static UNITS: Desc = Desc::gauge("node_systemd_units", "Summary of systemd unit states");
static UNIT_STATE: Desc = Desc::gauge("node_systemd_unit_state", "Systemd unit");
static START_TIME: Desc = Desc::gauge(
    "node_systemd_unit_start_time_seconds",
    "Start time of the unit since unix epoch in seconds.",
);

const INCLUDE: Flag = Flag::text(
    "collector.systemd.unit-include",
    ".+",
    "Regexp of systemd units to include. Units must both match include and not match exclude to be included",
);
const EXCLUDE: Flag = Flag::text(
    "collector.systemd.unit-exclude",
    ".+\\.(automount|device|mount|scope|slice)",
    "Regexp of systemd units to exclude. Units must both match include and not match exclude to be included",
);
const OLD_INCLUDE: Flag = Flag::renamed("collector.systemd.unit-whitelist", &INCLUDE);
const OLD_EXCLUDE: Flag = Flag::renamed("collector.systemd.unit-blacklist", &EXCLUDE);
const TASKS: Flag = Flag::switch(
    "collector.systemd.enable-task-metrics",
    false,
    "Enables service unit tasks metrics unit_tasks_current and unit_tasks_max",
);
const RESTARTS: Flag = Flag::switch(
    "collector.systemd.enable-restarts-metrics",
    false,
    "Enables service unit metric service_restart_total",
);
const START_TIMES: Flag = Flag::switch(
    "collector.systemd.enable-start-time-metrics",
    false,
    "Enables service unit metric unit_start_time_seconds",
);
const PRIVATE: Flag = Flag::switch(
    "collector.systemd.private",
    false,
    "Ask systemd on its own socket, which is for root only",
)
.hidden();
const BUS: Flag = Flag::text(
    "collector.systemd.bus-socket",
    "/run/dbus/system_bus_socket",
    "Socket of the system bus",
);
/// The flags of this file.
pub(super) const FLAGS: &[&Flag] = &[
    &INCLUDE,
    &EXCLUDE,
    &OLD_INCLUDE,
    &OLD_EXCLUDE,
    &TASKS,
    &RESTARTS,
    &START_TIMES,
    &PRIVATE,
    &BUS,
];
const PRIVATE_SOCKET: &str = "/run/systemd/private";

struct Systemd {
    bus: Bus,
    /// What is asked of each unit.
    asked: Vec<UnitProperty>,
    has_start_times: bool,
    include: Option<Regex>,
    exclude: Option<Regex>,
}

/// Where systemd is, and the connection that the last round left.
struct Bus {
    socket: PathBuf,
    is_private: bool,
    clock: Clock,
    connection: Option<Connection>,
}

pub(super) fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    let values = &mut *setup.values;
    let is_private = values.switch(&PRIVATE);
    let socket = match is_private {
        true => PRIVATE_SOCKET.to_owned(),
        false => values.text(&BUS),
    };
    let mut asked = properties::ALWAYS.to_vec();
    if values.switch(&RESTARTS) {
        asked.push(properties::RESTARTS);
    }
    if values.switch(&TASKS) {
        asked.extend(properties::TASKS);
    }
    let has_start_times = values.switch(&START_TIMES);
    if has_start_times {
        asked.push(properties::ACTIVE_SINCE);
    }
    Box::new(Systemd {
        bus: Bus {
            socket: socket.into(),
            is_private,
            clock: setup.clock.clone(),
            connection: None,
        },
        asked,
        has_start_times,
        include: whole(values, &INCLUDE),
        exclude: whole(values, &EXCLUDE),
    })
}

/// A pattern for the whole name of a unit.
fn whole(values: &mut Values, flag: &Flag) -> Option<Regex> {
    let text = values.optional(flag)?;
    let pattern = Regex::new(&format!("^(?:{text})$"));
    pattern
        .map_err(|error| values.problem(flag, format!("\"{text}\" is no pattern: {error}")))
        .ok()
}

impl Collector for Systemd {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        let mut connection = self.bus.connection().map_err(failed)?;
        let told = self.tell(&mut connection, families);
        if told.is_ok() {
            self.bus.connection = Some(connection);
        }
        told.map_err(failed)
    }
}

impl Systemd {
    fn tell(&self, connection: &mut Connection, families: &mut Families) -> Result<(), BusError> {
        connection.start_round();
        let init = Init::ask(connection, self.bus.is_private)?;
        let (number, text) = init.version();
        families.put(&VERSION, &[("version", text)], number);
        let kind = [("virtualization_type", init.virtualization())];
        families.put(&VIRTUALIZATION, &kind, 1.0);

        let units = units::ask(connection, self.bus.is_private)?;
        for (state, count) in units::summary(&units) {
            families.put(&UNITS, &[("state", state)], count);
        }
        let is_wanted = |unit: &&Unit| {
            let included = self.include.as_ref().is_none_or(|p| p.is_match(&unit.name));
            let excluded = self
                .exclude
                .as_ref()
                .is_some_and(|p| p.is_match(&unit.name));
            included && !excluded && unit.load_state == "loaded"
        };
        let units: Vec<&Unit> = units.iter().filter(is_wanted).collect();
        self.tell_units(connection, &units, families)?;
        if let Some(is_running) = init.is_running() {
            families.put(&RUNNING, &[], f64::from(u8::from(is_running)));
        }
        Ok(())
    }

    fn tell_units(
        &self,
        connection: &mut Connection,
        units: &[&Unit],
        families: &mut Families,
    ) -> Result<(), BusError> {
        let answers = properties::ask(connection, self.bus.is_private, units, &self.asked)?;
        for (unit, answers) in units.iter().zip(&answers) {
            let kind = answers.kind.as_deref().unwrap_or_default();
            for state in STATES {
                let labels = [
                    ("name", unit.name.as_str()),
                    ("state", state),
                    ("type", kind),
                ];
                let is_so = f64::from(u8::from(unit.active_state == state));
                families.put(&UNIT_STATE, &labels, is_so);
            }
            let labels = [("name", unit.name.as_str())];
            for (property, value) in &answers.numbers {
                if let Some(desc) = property.family {
                    families.put(desc, &labels, *value as f64 / property.unit);
                }
            }
            if self.has_start_times {
                let since = answers
                    .active_since
                    .filter(|_| unit.active_state == "active");
                match (since, unit.active_state.as_str()) {
                    (None, "active") => {}
                    (since, _) => {
                        let seconds = since.unwrap_or(0) as f64 / properties::MICROSECONDS;
                        families.put(&START_TIME, &labels, seconds);
                    }
                }
            }
        }
        Ok(())
    }
}

impl Bus {
    fn connection(&mut self) -> Result<Connection, BusError> {
        if let Some(connection) = self.connection.take() {
            return Ok(connection);
        }
        match self.is_private {
            true => Connection::to_service(&self.socket, &self.clock),
            false => Connection::to_bus(&self.socket, &self.clock),
        }
    }
}

fn failed(error: BusError) -> CollectError {
    CollectError::malformed("systemd over D-Bus", error.to_string())
}
