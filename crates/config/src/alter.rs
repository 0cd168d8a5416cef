//! What one step of IncrementalAlterConfigs makes of a value.
//!
//! Only the text is made here; whether it is a value of its key is checked afterwards.

use thiserror::Error;

use crate::key::{Key, Kind};

/// The four operations of IncrementalAlterConfigs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Alteration {
    /// Adds items to a list.
    Append,
    /// Takes the value away.
    Delete,
    /// Puts a value in its place.
    Set,
    /// Takes items out of a list.
    Subtract,
}

impl Alteration {
    /// The operation with this number on the wire.
    pub fn from_wire(id: i8) -> Option<Self> {
        match id {
            0 => Some(Self::Set),
            1 => Some(Self::Delete),
            2 => Some(Self::Append),
            3 => Some(Self::Subtract),
            _ => None,
        }
    }

    /// Kafka's word for it in error messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Append => "APPEND",
            Self::Delete => "DELETE",
            Self::Set => "SET",
            Self::Subtract => "SUBTRACT",
        }
    }
}

/// APPEND or SUBTRACT on a key that holds a single value.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("Can't {operation} to key {name} because its type is not LIST.")]
pub struct NotAList {
    operation: &'static str,
    name: String,
}

/// The text that `name` is set to afterwards; `None` where it is no longer set.
///
/// `key` is its row in the table, if it has one; `current` is what the same resource set before.
/// Lists start from the key's default where nothing was set.
///
/// # Errors
/// When the operation needs a list and the key is none.
pub fn alter(
    name: &str,
    key: Option<&Key>,
    current: Option<&str>,
    alteration: Alteration,
    operand: &str,
) -> Result<Option<String>, NotAList> {
    match alteration {
        Alteration::Set => return Ok(Some(operand.to_owned())),
        Alteration::Delete => return Ok(None),
        Alteration::Append | Alteration::Subtract => {}
    }
    let Some(key) = key.filter(|key| key.kind == Kind::List) else {
        return Err(NotAList {
            operation: alteration.name(),
            name: name.to_owned(),
        });
    };
    let before = current.or(key.default).unwrap_or_default();
    let mut items: Vec<&str> = before.split(',').filter(|item| !item.is_empty()).collect();
    for item in operand.split(',').filter(|item| !item.is_empty()) {
        if alteration == Alteration::Subtract {
            items.retain(|known| *known != item);
        } else if !items.contains(&item) {
            items.push(item);
        }
    }
    Ok(Some(items.join(",")))
}

#[cfg(test)]
mod tests;
