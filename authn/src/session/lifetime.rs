//! How long a login holds (KIP-368): the credential's own end or `connections.max.reauth.ms`,
//! whichever comes first.

use std::time::Duration;

/// The end of a session, for the client and for us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lifetime {
    /// In the answer, in milliseconds; 0 says "for ever".
    pub told_ms: i64,
    /// When frames are refused; `None`: never. A credential that has just ended ends the session
    /// now, although the client is told 0 (KAFKA-13848).
    pub expires_at_ms: Option<i64>,
}

impl Lifetime {
    pub(super) fn of(
        session_max: Option<Duration>,
        credential_expires_at_ms: Option<i64>,
        now_ms: i64,
    ) -> Self {
        let by_setting = session_max
            .filter(|max| !max.is_zero())
            .map(|max| i64::try_from(max.as_millis()).unwrap_or(i64::MAX));
        let by_credential = credential_expires_at_ms.map(|end| end.saturating_sub(now_ms));
        let left = match (by_setting, by_credential) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (one, other) => one.or(other),
        };
        let left = left.map(|ms| ms.max(0));
        Self {
            told_ms: left.unwrap_or(0),
            expires_at_ms: left.map(|ms| now_ms.saturating_add(ms)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Lifetime;
    use std::time::Duration;

    #[test]
    fn the_earlier_end_counts() {
        let now = 1_000_000;
        for (setting_ms, credential, told_ms, expires_at_ms) in [
            (0, None, 0, None),
            (5_000, None, 5_000, Some(now + 5_000)),
            (0, Some(now + 900), 900, Some(now + 900)),
            (5_000, Some(now + 900), 900, Some(now + 900)),
            (500, Some(now + 900), 500, Some(now + 500)),
            (0, Some(now), 0, Some(now)),
            (5_000, Some(now - 1), 0, Some(now)),
            (0, Some(i64::MIN), 0, Some(now)),
            (0, Some(i64::MAX), i64::MAX - now, Some(i64::MAX)),
        ] {
            let setting = Some(Duration::from_millis(setting_ms));
            let found = Lifetime::of(setting, credential, now);
            let expected = Lifetime {
                told_ms,
                expires_at_ms,
            };
            assert_eq!(found, expected, "{setting_ms} {credential:?}");
        }
        assert_eq!(Lifetime::of(None, None, now).expires_at_ms, None);
    }
}
