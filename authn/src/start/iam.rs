//! The identity store, opened for the listeners that offer IAM.

use std::sync::Arc;

use identity::control::ListenerAddress;

use super::StartError;
use crate::config::AuthnConfig;
use crate::mechanism::iam::{
    BearerHosts, Hosts, IamLogin, IamVerifier, Identities, Regions, Reload,
};
use crate::mechanism::{Random, SystemRandom};
use crate::sigv4::SecretAccessKey;

/// What IAM logins are checked against, on whichever listener.
pub(super) struct Iam {
    verifier: Arc<IamVerifier>,
    identities: Arc<Identities>,
    hosts: Vec<String>,
}

impl Iam {
    /// Reads the store, if one is configured and a listener offers IAM. Blocks.
    pub fn open(config: &AuthnConfig) -> Result<Option<(Self, Reload)>, StartError> {
        let Some(store) = config.iam.store.as_deref().filter(|_| config.offers_iam()) else {
            return Ok(None);
        };
        let (identities, reload) = Identities::open(store)?;
        let regions = if config.iam.regions.is_empty() {
            vec![identities.region()]
        } else {
            config.iam.regions.clone()
        };
        let mut bytes = [0; 16];
        SystemRandom.fill(&mut bytes)?;
        let dummy = format!("{:032x}", u128::from_be_bytes(bytes));
        let verifier = Arc::new(IamVerifier::new(
            Arc::<Identities>::clone(&identities),
            Regions::new(regions),
            BearerHosts {
                also: config.iam.hosts.iter().cloned().collect(),
            },
            config.iam.clock_skew,
            SecretAccessKey::new(dummy),
        ));
        let iam = Self {
            verifier,
            identities,
            hosts: config.iam.hosts.clone(),
        };
        Ok(Some((iam, reload)))
    }

    /// What a listener at that address checks.
    pub fn login(&self, address: &ListenerAddress) -> IamLogin {
        let own = std::iter::once(address.host.clone());
        IamLogin {
            verifier: Arc::clone(&self.verifier),
            hosts: Arc::new(Hosts::new(own.chain(self.hosts.iter().cloned()))),
        }
    }

    /// The store's view, for its figures.
    pub fn identities(&self) -> Arc<Identities> {
        Arc::clone(&self.identities)
    }
}
