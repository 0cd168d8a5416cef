//! A group of any type. Consumer, share and streams groups become variants when they arrive.

use crate::classic::ClassicGroup;
use crate::reply::{DescribedGroup, ListedGroup};

/// A live group.
#[derive(Debug)]
pub(crate) enum Group {
    /// The protocol of JoinGroup and SyncGroup.
    Classic(ClassicGroup),
}

impl Group {
    /// The group under the classic protocol.
    pub(crate) fn classic(&self) -> &ClassicGroup {
        let Self::Classic(group) = self;
        group
    }

    /// The group under the classic protocol, to be changed.
    pub(crate) fn classic_mut(&mut self) -> &mut ClassicGroup {
        let Self::Classic(group) = self;
        group
    }

    /// Kafka's name of the type.
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Self::Classic(_) => "classic",
        }
    }

    /// Kafka's name of the state.
    pub(crate) fn state_name(&self) -> &'static str {
        match self {
            Self::Classic(group) => group.state().name(),
        }
    }

    pub(crate) fn describe(&self) -> DescribedGroup {
        match self {
            Self::Classic(group) => group.describe(),
        }
    }

    pub(crate) fn listed(&self) -> ListedGroup {
        match self {
            Self::Classic(group) => ListedGroup {
                group: group.id().clone(),
                protocol_type: group.protocol_type().cloned(),
                state: self.state_name(),
                group_type: self.type_name(),
            },
        }
    }
}
