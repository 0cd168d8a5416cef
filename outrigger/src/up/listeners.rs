//! Keeps the ports of a first start for the restarts after it.
//!
//! `PLAINTEXT://127.0.0.1:0` binds any port. A process that is started again after a crash must
//! come back where its clients know it.

use super::parts::WEB_LISTEN_ADDRESS;
use super::plan::ProcessPlan;
use crate::endpoints::Bound;
use std::collections::BTreeMap;

const LISTENERS: &str = "listeners";
const ADMIN_LISTENER: &str = "outrigger.admin.listener";

/// Makes restarts bind the addresses that this start has bound.
pub(super) fn pin_addresses(plan: &mut ProcessPlan, bound: &Bound) {
    if let Some(listeners) = plan.value(LISTENERS) {
        let listeners = pinned(listeners, &bound.listeners);
        plan.replace(LISTENERS, listeners);
    }
    if let (Some(address), Some(asked)) = (
        bound.listeners.values().next(),
        plan.value(WEB_LISTEN_ADDRESS),
    ) && asked.ends_with(":0")
        && !asked.contains(',')
    {
        plan.replace(WEB_LISTEN_ADDRESS, address.clone());
    }
    if let (Some(admin), Some(asked)) = (&bound.admin, plan.value(ADMIN_LISTENER))
        && asked.ends_with(":0")
    {
        plan.replace(ADMIN_LISTENER, admin.clone());
    }
}

/// `listeners` with every port 0 replaced by the port that was bound; what cannot be read stays
/// as it is, for the broker to judge.
fn pinned(listeners: &str, bound: &BTreeMap<String, String>) -> String {
    let pin = |listener: &str| -> Option<String> {
        let (name, address) = listener.split_once("://")?;
        let host = address.strip_suffix(":0")?;
        let (_, port) = bound.get(name)?.rsplit_once(':')?;
        Some(format!("{name}://{host}:{port}"))
    };
    let listeners = listeners.split(',').map(str::trim);
    let pinned: Vec<_> = listeners
        .map(|listener| pin(listener).unwrap_or_else(|| listener.to_owned()))
        .collect();
    pinned.join(",")
}

#[cfg(test)]
mod tests {
    use super::pinned;
    use std::collections::BTreeMap;

    #[test]
    fn only_free_ports_are_replaced() {
        let bound = BTreeMap::from([
            ("PLAINTEXT".to_owned(), "127.0.0.1:40001".to_owned()),
            ("SIX".to_owned(), "[::1]:40002".to_owned()),
        ]);
        let cases = [
            ("PLAINTEXT://127.0.0.1:0", "PLAINTEXT://127.0.0.1:40001"),
            (
                "PLAINTEXT://:9092, SIX://[::1]:0",
                "PLAINTEXT://:9092,SIX://[::1]:40002",
            ),
            ("OTHER://h:0", "OTHER://h:0"),
            ("nonsense", "nonsense"),
        ];
        for (listeners, expected) in cases {
            assert_eq!(pinned(listeners, &bound), expected);
        }
    }
}
