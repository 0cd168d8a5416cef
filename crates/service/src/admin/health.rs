//! What `/healthz` answers: every component that takes part, and why one does not work.

use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The health of this process; clones share it. A component is what can fail on its own
/// (`listener`, `storage`, …); its names are few and fixed.
#[derive(Clone, Debug, Default)]
pub struct Health(Arc<Mutex<BTreeMap<&'static str, Option<String>>>>);

/// A moment of [`Health`], as JSON: `{"status":"ok"}` or
/// `{"status":"degraded","reasons":[{"component":"storage","reason":"disk full"}]}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    status: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<Reason>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Reason {
    component: &'static str,
    reason: String,
}

impl Health {
    /// A process whose components are not ready yet: each fails with "starting" until it says ok.
    pub fn starting(components: &[&'static str]) -> Self {
        let health = Self::default();
        for component in components {
            health.failed(component, "starting");
        }
        health
    }

    /// This component works.
    pub fn ok(&self, component: &'static str) {
        self.set(component, None);
    }

    /// This component does not work, for a reason meant for people.
    pub fn failed(&self, component: &'static str, reason: impl Into<String>) {
        self.set(component, Some(reason.into()));
    }

    /// Whether a component works; one that is not known does not.
    pub fn works(&self, component: &str) -> bool {
        let components = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        matches!(components.get(component), Some(None))
    }

    /// Every component, and whether it works.
    pub fn components(&self) -> Vec<(&'static str, bool)> {
        let components = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let components = components.iter();
        components
            .map(|(component, reason)| (*component, reason.is_none()))
            .collect()
    }

    /// How things are now.
    pub fn report(&self) -> Report {
        let components = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let failed = components.iter().filter_map(|(component, reason)| {
            reason.clone().map(|reason| Reason { component, reason })
        });
        let reasons: Vec<_> = failed.collect();
        Report {
            status: if reasons.is_empty() { "ok" } else { "degraded" },
            reasons,
        }
    }

    fn set(&self, component: &'static str, reason: Option<String>) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(component, reason);
    }
}

impl Report {
    /// Whether every component works.
    pub fn is_ok(&self) -> bool {
        self.reasons.is_empty()
    }
}
