//! What a reader knows: of which process instance, up to which change of names.

/// It travels as the query of the next request: `instance=…&change=…`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// The instance of the process, other after every start.
    pub instance: u64,
    /// The last change of names that the reader has seen.
    pub change: u64,
}

impl Known {
    /// As a query string.
    pub fn to_query(self) -> String {
        format!("instance={}&change={}", self.instance, self.change)
    }

    /// From a query string; none where it is not all there, and then everything is sent.
    pub fn from_query(query: &str) -> Option<Self> {
        let value = |key: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs.find(|(other, _)| *other == key)?.1.parse().ok()
        };
        Some(Self {
            instance: value("instance")?,
            change: value("change")?,
        })
    }
}
