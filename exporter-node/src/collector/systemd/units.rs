//! The units that systemd knows.

use std::collections::BTreeMap;

use super::properties::{MANAGER, service};
use crate::dbus::{BusError, Call, Connection, Reader};

/// States of a unit that are told of.
pub(super) const STATES: [&str; 5] = ["active", "activating", "deactivating", "inactive", "failed"];
/// Name, description, load state, active state, sub state, followed unit, object, job number, job
/// type, job object.
const UNIT_TYPES: &str = "a(ssssssouso)";
/// A machine has hundreds.
const UNITS_MAX: usize = 65_536;

/// One unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unit {
    pub(super) name: String,
    pub(super) load_state: String,
    pub(super) active_state: String,
    pub(super) object: String,
}

/// Asks for all units.
pub(super) fn ask(connection: &mut Connection, is_private: bool) -> Result<Vec<Unit>, BusError> {
    let call = Call {
        destination: service(is_private),
        path: "/org/freedesktop/systemd1",
        interface: MANAGER,
        member: "ListUnits",
        arguments: &[],
    };
    let mut units = Vec::new();
    connection.ask(&[call], |_, reply| match &reply.result {
        Ok(body) if reply.signature == UNIT_TYPES => {
            units = decode(body.clone()).ok_or(BusError::Malformed)?;
            Ok(())
        }
        Ok(_) => Err(BusError::Malformed),
        Err(name) => Err(BusError::Service((*name).to_owned())),
    })?;
    Ok(units)
}

/// Reads the answer.
pub(super) fn decode(mut body: Reader<'_>) -> Option<Vec<Unit>> {
    let mut units = Vec::new();
    body.structures(|reader| {
        let name = reader.string()?.to_owned();
        reader.string()?;
        let load_state = reader.string()?.to_owned();
        let active_state = reader.string()?.to_owned();
        reader.string()?;
        reader.string()?;
        let object = reader.string()?.to_owned();
        reader.u32()?;
        reader.string()?;
        reader.string()?;
        units.push(Unit {
            name,
            load_state,
            active_state,
            object,
        });
        (units.len() <= UNITS_MAX).then_some(())
    })?;
    Some(units)
}

/// How many units are in each state; the known ones also where no unit is.
pub(super) fn summary(units: &[Unit]) -> BTreeMap<&str, f64> {
    let mut counts = BTreeMap::from(STATES.map(|state| (state, 0.0)));
    for unit in units {
        *counts.entry(unit.active_state.as_str()).or_default() += 1.0;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::{Unit, summary};

    #[test]
    fn states_without_a_unit_are_told_too() {
        let unit = |state: &str| Unit {
            name: "a.service".to_owned(),
            load_state: "loaded".to_owned(),
            active_state: state.to_owned(),
            object: "/a".to_owned(),
        };
        let units = [unit("active"), unit("active"), unit("reloading")];
        let counts: Vec<(&str, f64)> = summary(&units).into_iter().collect();
        assert_eq!(
            counts,
            [
                ("activating", 0.0),
                ("active", 2.0),
                ("deactivating", 0.0),
                ("failed", 0.0),
                ("inactive", 0.0),
                ("reloading", 1.0),
            ]
        );
    }
}
