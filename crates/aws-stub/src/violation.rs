//! What a client did that AWS does not take: it is answered as AWS would, and remembered.

use std::sync::{Mutex, PoisonError};

use serde::Serialize;

use crate::operation::Operation;

/// How many are kept word by word; the rest is counted.
const KEPT_MAX: usize = 1_000;

/// A violation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// In which operation.
    pub operation: Operation,
    /// Of which rule, in a word or two.
    pub rule: &'static str,
    /// What was sent.
    pub detail: String,
}

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct Violations {
    kept: Mutex<(Vec<Violation>, u64)>,
}

impl Violations {
    pub(crate) fn add(&self, operation: Operation, rule: &'static str, detail: impl Into<String>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.1 += 1;
        if kept.0.len() < KEPT_MAX {
            kept.0.push(Violation {
                operation,
                rule,
                detail: detail.into(),
            });
        }
    }

    /// Those that are kept, and how many there were.
    pub(crate) fn all(&self) -> (Vec<Violation>, u64) {
        self.kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}
