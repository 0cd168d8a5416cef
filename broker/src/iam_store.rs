//! The identity store as the broker reads it: the policies that the authorizer decides by, read
//! again whenever a file changes, which the audit log is told of; what changed while no broker ran is
//! not known. The store's secrets are authn's; nothing here opens them.

use std::path::Path;
use std::sync::Arc;

use authz::iam::IamEngine;
use iam::{PolicyView, Problem, Reloaded, StoreError};
use service::Watch;
use service::shutdown::Signal;
use tracing::{info, warn};

use crate::broker::Broker;

/// The store, watched.
#[derive(Debug)]
pub struct IamStore {
    watch: Watch,
    view: PolicyView,
}

impl IamStore {
    /// Reads the store, and gives the engine that decides by it.
    pub fn open(directory: &Path) -> Result<(Self, IamEngine), StoreError> {
        // What changes while it is read is told by a watch that began before.
        let watch = Watch::new(PolicyView::watched(directory));
        let (view, problems) = PolicyView::load(directory)?;
        tell(&problems);
        let engine = IamEngine::new(view.policies());
        info!(directory = %directory.display(), "read the identity store");
        Ok((Self { watch, view }, engine))
    }

    /// Keeps the broker's engine at what the files say. A file that cannot be read leaves in force
    /// what it said before.
    pub async fn follow(mut self, broker: Arc<Broker>, mut draining: Signal) {
        loop {
            tokio::select! {
                () = self.watch.changed() => {}
                _ = draining.wait() => return,
            }
            let Reloaded { problems, changes } = tokio::task::block_in_place(|| self.view.reload());
            tell(&problems);
            broker.metrics.identity_store_read(problems.len());
            if let Some(engine) = broker.authorizer.iam() {
                engine.replace(self.view.policies());
            }
            broker.audit.identity_store_changed(&changes);
            info!("read the identity store again");
        }
    }
}

fn tell(problems: &[Problem]) {
    for problem in problems {
        warn!("the identity store: {problem}");
    }
}
