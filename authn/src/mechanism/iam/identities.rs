//! The identity store of `crates/iam`, in memory: read at the start and again whenever a file of
//! it changes. Logins read it without a lock.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arc_swap::ArcSwap;
use authz::Subject;
use authz::iam::{IamAction, IamEngine};
use iam::{CredentialView, Credentials, LookupError, PolicyView, Problem, StoreError};
use identity::{IamContext, Principal};
use service::Watch;
use tracing::{info, warn};

use super::{Caller, IdentityStore};
use crate::authn::Authn;
use crate::mechanism::Reason;
use crate::sigv4::SecretAccessKey;

/// Keys, callers and policies as they are now.
#[derive(Debug)]
pub struct Identities {
    credentials: ArcSwap<Credentials>,
    engine: IamEngine,
    reloads: AtomicU64,
    problems: AtomicU64,
}

/// What keeps [`Identities`] up to date.
#[derive(Debug)]
pub struct Reload {
    watch: Watch,
    views: Views,
    identities: Arc<Identities>,
}

#[derive(Debug)]
struct Views {
    credentials: CredentialView,
    policies: PolicyView,
}

impl Identities {
    /// Reads the store in `dir`. Blocks. Files of it that cannot be read are told in the log; what
    /// they would grant is not granted.
    ///
    /// # Errors
    /// There is no store that can be used.
    pub fn open(dir: &Path) -> Result<(Arc<Self>, Reload), StoreError> {
        let watched = CredentialView::watched(dir).into_iter();
        let watch = Watch::new(watched.chain(PolicyView::watched(dir)));
        let (credentials, mut problems) = CredentialView::load(dir)?;
        let (policies, more) = PolicyView::load(dir)?;
        problems.extend(more);
        let identities = Arc::new(Self {
            credentials: ArcSwap::from_pointee(credentials.credentials()),
            engine: IamEngine::new(policies.policies()),
            reloads: AtomicU64::new(0),
            problems: AtomicU64::new(0),
        });
        identities.tell(&problems);
        let reload = Reload {
            watch,
            views: Views {
                credentials,
                policies,
            },
            identities: Arc::clone(&identities),
        };
        Ok((identities, reload))
    }

    /// Region of the cluster, which its clients most probably sign for.
    pub fn region(&self) -> String {
        self.credentials.load().record().region.clone()
    }

    /// How often the store was read again.
    pub fn reloads(&self) -> u64 {
        self.reloads.load(Ordering::Relaxed)
    }

    /// Files that could not be read, counted each time.
    pub fn problems(&self) -> u64 {
        self.problems.load(Ordering::Relaxed)
    }

    fn tell(&self, problems: &[Problem]) {
        let count = u64::try_from(problems.len()).unwrap_or(u64::MAX);
        self.problems.fetch_add(count, Ordering::Relaxed);
        for problem in problems {
            let path = problem.path.display();
            warn!(
                "identity store: {path}: {}; what it said before stays in force",
                problem.problem
            );
        }
    }

    fn replace(&self, views: &Views) {
        self.credentials
            .store(Arc::new(views.credentials.credentials()));
        self.engine.replace(views.policies.policies());
        self.reloads.fetch_add(1, Ordering::Relaxed);
    }
}

impl Reload {
    /// Reads the store again after each change. Ends with the task.
    pub async fn run(self, authn: Arc<Authn>) {
        let Self {
            mut watch,
            mut views,
            identities,
        } = self;
        loop {
            watch.changed().await;
            let read = tokio::task::spawn_blocking(move || {
                let mut found = views.credentials.reload();
                found.problems.extend(views.policies.reload().problems);
                (views, found)
            });
            let found;
            (views, found) = match read.await {
                Ok(read) => read,
                // The runtime is going down.
                Err(_) => return,
            };
            identities.tell(&found.problems);
            identities.replace(&views);
            authn.audit.secrets_changed(&found.changes);
            info!("identity store read again");
        }
    }
}

impl IdentityStore for Identities {
    fn generation(&self) -> u64 {
        self.reloads()
    }

    fn caller(
        &self,
        access_key_id: &str,
        session_token: Option<&str>,
        now_ms: i64,
    ) -> Result<Caller, Reason> {
        let credentials = self.credentials.load();
        let found = credentials.lookup(access_key_id, session_token, now_ms);
        let caller = found.map_err(|error| match error {
            LookupError::UnknownKey | LookupError::Inactive => Reason::UnknownAccessKey,
            LookupError::TokenMissing | LookupError::TokenWrong | LookupError::TokenUnexpected => {
                Reason::WrongSessionToken
            }
            LookupError::Expired | LookupError::Revoked => Reason::SessionExpired,
            LookupError::OwnerGone => Reason::IdentityGone,
        })?;
        Ok(Caller {
            arn: caller.arn,
            context: caller.context,
            secret: SecretAccessKey::new(caller.secret.expose().to_string()),
        })
    }

    fn may_connect(
        &self,
        principal: &Principal,
        context: &IamContext,
        client: IpAddr,
        now_ms: i64,
    ) -> bool {
        let subject = Subject {
            principal,
            iam: Some(context),
            client_address: client,
            secure: true,
            now_ms,
        };
        let decision = self.engine.decide(&subject, IamAction::Connect, "");
        decision.is_allowed()
    }
}
