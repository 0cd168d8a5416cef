//! Where a signed request may be used: the hosts and regions that it may have been signed for.

use std::collections::BTreeSet;

use crate::sigv4::SignedRequest;

/// The names by which clients dial a listener. A request that was signed for another cluster is
/// refused, so that nobody can use it here who got hold of it there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hosts(BTreeSet<String>);

/// The regions that clients may sign for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Regions(BTreeSet<String>);

/// Hosts of OAUTHBEARER tokens. Every signer has `kafka.REGION.amazonaws.com` built in, so that
/// such a token is bound to a region, never to a cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BearerHosts {
    /// Further hosts, of signers that were changed.
    pub also: BTreeSet<String>,
}

/// What AWS's domains are called in its partitions.
const DOMAINS: [&str; 2] = ["amazonaws.com", "amazonaws.com.cn"];
/// What a client dials on this machine, whatever it was given.
const LOOPBACK: [&str; 4] = ["localhost", "127.0.0.1", "::1", "[::1]"];

impl Hosts {
    /// These names; with the names of this machine's loopback where one of them is among them,
    /// because a resolver turns them into each other.
    pub fn new(names: impl IntoIterator<Item = String>) -> Self {
        let mut names: BTreeSet<_> = names
            .into_iter()
            .map(|name| name.to_ascii_lowercase())
            .collect();
        if LOOPBACK.iter().any(|name| names.contains(*name)) {
            names.extend(LOOPBACK.map(str::to_owned));
        }
        Self(names)
    }

    pub(super) fn contain(&self, host: &str) -> bool {
        self.0.contains(&host.to_ascii_lowercase())
    }
}

impl Regions {
    /// These regions.
    pub fn new(regions: impl IntoIterator<Item = String>) -> Self {
        Self(regions.into_iter().collect())
    }

    pub(super) fn contain(&self, region: &str) -> bool {
        self.0.contains(region)
    }
}

impl BearerHosts {
    pub(super) fn contain(&self, request: &SignedRequest) -> bool {
        let of_region = request
            .host
            .strip_prefix("kafka.")
            .and_then(|rest| rest.strip_prefix(&request.region))
            .and_then(|rest| rest.strip_prefix('.'))
            .is_some_and(|domain| DOMAINS.contains(&domain));
        of_region || self.also.contains(&request.host)
    }
}
