//! Properties of systemd and of its units.

use super::units::Unit;
use crate::dbus::{BusError, Call, Connection, Value};
use crate::families::Desc;

pub(super) const MANAGER: &str = "org.freedesktop.systemd1.Manager";
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";
pub(super) const MICROSECONDS: f64 = 1_000_000.0;
const PLAIN: f64 = 1.0;
/// What systemd says where there is no limit, or it does not count.
const UNSET: u64 = u64::MAX;

static RESTART: Desc = Desc::counter(
    "node_systemd_service_restart_total",
    "Service unit count of Restart triggers",
);
static TASKS_CURRENT: Desc = Desc::gauge(
    "node_systemd_unit_tasks_current",
    "Current number of tasks per Systemd unit",
);
static TASKS_MAX: Desc = Desc::gauge(
    "node_systemd_unit_tasks_max",
    "Maximum number of tasks per Systemd unit",
);
static LAST_TRIGGER: Desc = Desc::gauge(
    "node_systemd_timer_last_trigger_seconds",
    "Seconds since epoch of last trigger.",
);
static ACCEPTED: Desc = Desc::counter(
    "node_systemd_socket_accepted_connections_total",
    "Total number of accepted socket connections",
);
static CONNECTIONS: Desc = Desc::gauge(
    "node_systemd_socket_current_connections",
    "Current number of socket connections",
);
/// A gauge in spite of its name, as upstream has it.
static REFUSED: Desc = Desc::gauge(
    "node_systemd_socket_refused_connections_total",
    "Total number of refused socket connections",
);

/// A property, of which units it is asked, and what it makes.
#[derive(Clone, Copy)]
pub(super) struct UnitProperty {
    /// The end of the units' names; empty for all.
    of: &'static str,
    interface: &'static str,
    name: &'static str,
    pub(super) unit: f64,
    /// `None`: it is text (the type of a unit) or has rules of its own.
    pub(super) family: Option<&'static Desc>,
}

const SERVICE: &str = "org.freedesktop.systemd1.Service";
const MOUNT: &str = "org.freedesktop.systemd1.Mount";
const SOCKET: &str = "org.freedesktop.systemd1.Socket";
const TIMER: &str = "org.freedesktop.systemd1.Timer";
const ANY: &str = "org.freedesktop.systemd1.Unit";

/// What is always asked.
#[rustfmt::skip]
pub(super) const ALWAYS: [UnitProperty; 6] = [
    UnitProperty { of: ".service", interface: SERVICE, name: "Type", unit: PLAIN, family: None },
    UnitProperty { of: ".mount", interface: MOUNT, name: "Type", unit: PLAIN, family: None },
    UnitProperty { of: ".timer", interface: TIMER, name: "LastTriggerUSec", unit: MICROSECONDS, family: Some(&LAST_TRIGGER) },
    UnitProperty { of: ".socket", interface: SOCKET, name: "NAccepted", unit: PLAIN, family: Some(&ACCEPTED) },
    UnitProperty { of: ".socket", interface: SOCKET, name: "NConnections", unit: PLAIN, family: Some(&CONNECTIONS) },
    UnitProperty { of: ".socket", interface: SOCKET, name: "NRefused", unit: PLAIN, family: Some(&REFUSED) },
];
/// `--collector.systemd.enable-restarts-metrics`
pub(super) const RESTARTS: UnitProperty = UnitProperty {
    of: ".service",
    interface: SERVICE,
    name: "NRestarts",
    unit: PLAIN,
    family: Some(&RESTART),
};
/// `--collector.systemd.enable-task-metrics`
#[rustfmt::skip]
pub(super) const TASKS: [UnitProperty; 2] = [
    UnitProperty { of: ".service", interface: SERVICE, name: "TasksCurrent", unit: PLAIN, family: Some(&TASKS_CURRENT) },
    UnitProperty { of: ".service", interface: SERVICE, name: "TasksMax", unit: PLAIN, family: Some(&TASKS_MAX) },
];
/// `--collector.systemd.enable-start-time-metrics`
pub(super) const ACTIVE_SINCE: UnitProperty = UnitProperty {
    of: "",
    interface: ANY,
    name: "ActiveEnterTimestamp",
    unit: MICROSECONDS,
    family: None,
};

/// What a unit says of itself. A property that it lacks (an older systemd) is left out.
#[derive(Clone, Default)]
pub(super) struct Answers {
    pub(super) kind: Option<String>,
    pub(super) active_since: Option<u64>,
    pub(super) numbers: Vec<(UnitProperty, u64)>,
}

/// What systemd says of itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Init {
    version: String,
    virtualization: Option<String>,
    state: Option<String>,
}

/// The name of systemd on the bus; on its own socket there is none.
pub(super) const fn service(is_private: bool) -> &'static str {
    match is_private {
        true => "",
        false => "org.freedesktop.systemd1",
    }
}

/// Asks all units for all that concerns them.
pub(super) fn ask(
    connection: &mut Connection,
    is_private: bool,
    units: &[&Unit],
    asked: &[UnitProperty],
) -> Result<Vec<Answers>, BusError> {
    let arguments: Vec<[&str; 2]> = asked.iter().map(|p| [p.interface, p.name]).collect();
    let mut calls = Vec::new();
    let mut places = Vec::new();
    for (at, unit) in units.iter().enumerate() {
        for (property, arguments) in asked.iter().zip(&arguments) {
            if unit.name.ends_with(property.of) {
                places.push((at, *property));
                calls.push(Call {
                    destination: service(is_private),
                    path: &unit.object,
                    interface: PROPERTIES,
                    member: "Get",
                    arguments,
                });
            }
        }
    }
    let mut answers = vec![Answers::default(); units.len()];
    connection.ask(&calls, |call, reply| {
        let value = match &reply.result {
            Ok(body) => body.clone().variant().ok_or(BusError::Malformed)?,
            Err(_) => None,
        };
        let place = places
            .get(call)
            .and_then(|(at, property)| answers.get_mut(*at).map(|answers| (answers, *property)));
        if let (Some((answers, property)), Some(value)) = (place, value) {
            answers.note(property, value);
        }
        Ok(())
    })?;
    Ok(answers)
}

impl Answers {
    fn note(&mut self, property: UnitProperty, value: Value<'_>) {
        match (value, property.family) {
            (Value::Text(kind), None) => self.kind = Some(kind.to_owned()),
            (Value::Unsigned(since), None) => self.active_since = Some(since),
            (Value::Unsigned(UNSET), Some(_)) if property.name.starts_with("Tasks") => {}
            (Value::Unsigned(number), Some(_)) => self.numbers.push((property, number)),
            (Value::Text(_), Some(_)) => {}
        }
    }
}

impl Init {
    pub(super) fn ask(connection: &mut Connection, is_private: bool) -> Result<Self, BusError> {
        let arguments = ["Version", "Virtualization", "SystemState"].map(|name| [MANAGER, name]);
        let calls = arguments.each_ref().map(|arguments| Call {
            destination: service(is_private),
            path: "/org/freedesktop/systemd1",
            interface: PROPERTIES,
            member: "Get",
            arguments,
        });
        let mut texts = [None, None, None];
        connection.ask(&calls, |call, reply| {
            let value = match &reply.result {
                Ok(body) => body.clone().variant().ok_or(BusError::Malformed)?,
                Err(_) => None,
            };
            if let (Some(Value::Text(text)), Some(place)) = (value, texts.get_mut(call)) {
                *place = Some(text.to_owned());
            }
            Ok(())
        })?;
        let [version, virtualization, state] = texts;
        Ok(Self {
            version: version.unwrap_or_default(),
            virtualization,
            state,
        })
    }

    /// `252.38-1~deb12u1` is 252.38. Text without a number of three digits is no version.
    pub(super) fn version(&self) -> (f64, &str) {
        match version_number(&self.version) {
            Some(number) => (number, &self.version),
            None => (0.0, ""),
        }
    }

    /// What the machine runs in: nothing means on bare metal.
    pub(super) fn virtualization(&self) -> &str {
        match self.virtualization.as_deref() {
            None => "unknown",
            Some("") => "none",
            Some(kind) => kind,
        }
    }

    /// `None` where this systemd does not say (before 212).
    pub(super) fn is_running(&self) -> Option<bool> {
        let (number, _) = self.version();
        let state = self.state.as_deref().filter(|_| number >= 212.0)?;
        Some(state == "running")
    }
}

/// The first number of at least three digits, with its fraction.
fn version_number(text: &str) -> Option<f64> {
    let mut rest = text;
    loop {
        let at = rest.find(|c: char| c.is_ascii_digit())?;
        rest = rest.get(at..)?;
        let end = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        let (whole, behind) = rest.split_at(end);
        if whole.len() >= 3 {
            let fraction = behind.strip_prefix('.').unwrap_or_default();
            let end = fraction.find(|c: char| !c.is_ascii_digit());
            let fraction = fraction
                .get(..end.unwrap_or(fraction.len()))
                .unwrap_or_default();
            return format!("{whole}.{fraction}").parse().ok();
        }
        rest = behind;
    }
}

#[cfg(test)]
mod tests {
    use super::{Init, version_number};

    #[test]
    fn versions_have_three_digits() {
        let cases = [
            ("252.38-1~deb12u1", Some(252.38)),
            ("245", Some(245.0)),
            ("v259.1", Some(259.1)),
            ("255.4-1ubuntu8.6", Some(255.4)),
            ("256.", Some(256.0)),
            ("1.23", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(version_number(text), expected, "{text}");
        }
    }

    #[test]
    fn an_old_systemd_does_not_say_whether_it_runs() {
        let init = |version: &str, state: Option<&str>| Init {
            version: version.to_owned(),
            virtualization: None,
            state: state.map(str::to_owned),
        };
        let cases = [
            (init("252", Some("running")), Some(true)),
            (init("252", Some("degraded")), Some(false)),
            (init("211", Some("running")), None),
            (init("252", None), None),
        ];
        for (init, expected) in cases {
            assert_eq!(init.is_running(), expected, "{init:?}");
        }
        assert_eq!(init("x", None).version(), (0.0, ""));
        assert_eq!(init("x", None).virtualization(), "unknown");
    }
}
