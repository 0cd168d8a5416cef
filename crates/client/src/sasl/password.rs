//! A secret that cannot be printed by accident, and is wiped when it is dropped.

use std::fmt;

use zeroize::Zeroizing;

/// Hides a password or key in `Debug`; there is no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(Zeroizing<String>);

impl Password {
    /// Hides `text`.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The secret; the call is what a reviewer greps for.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[hidden]")
    }
}

#[cfg(test)]
mod tests {
    use super::Password;

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", Password::new("hunter2")), "[hidden]");
    }
}
