//! Which versions of which APIs a broker offers.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use protocol::ApiKey;

/// What a broker's ApiVersions answer said.
#[derive(Clone, Debug, Default)]
pub(crate) struct Versions {
    offered: HashMap<i16, RangeInclusive<i16>>,
}

impl Versions {
    pub(crate) fn new(offered: impl IntoIterator<Item = (i16, RangeInclusive<i16>)>) -> Self {
        Self {
            offered: offered.into_iter().collect(),
        }
    }

    /// The newest version of `api` that both sides have.
    pub(crate) fn newest(&self, api: ApiKey) -> Option<i16> {
        let ours = api.versions();
        let theirs = self.offered.get(&api.code())?;
        let newest = *ours.end().min(theirs.end());
        let oldest = *ours.start().max(theirs.start());
        (newest >= oldest).then_some(newest)
    }
}

#[cfg(test)]
mod tests;
