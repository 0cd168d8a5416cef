//! Files that change while the process runs: certificates, trust and revocation lists, network
//! rules. A change that cannot be used is logged and counted, and what was in force stays. Either is
//! told to the audit, because no request asked for it.

use std::path::PathBuf;
use std::sync::Arc;

use service::Watch;
use tracing::{error, info};

use crate::audit::FileChange;
use crate::authn::Authn;
use crate::listener::Listener;
use crate::start::read_rules;
use crate::tls::Reloaded;

/// Reloads the TLS files of one listener, for ever.
pub async fn tls(listener: Arc<Listener>, mut watch: Watch, authn: Arc<Authn>) {
    loop {
        watch.changed().await;
        // Reading a few small files takes less than handing them to another thread.
        match listener.tls.reload() {
            Ok(Reloaded::Changed(files)) => {
                authn.metrics.reloaded("tls");
                for file in &files {
                    authn.audit.changed(FileChange {
                        resource: Some(file),
                        ..of_listener(&listener)
                    });
                }
                info!(listener = %listener.name, "changed TLS files are in force");
            }
            Ok(Reloaded::Unchanged) => {}
            Err(problem) => {
                authn.metrics.reload_failed("tls");
                authn.audit.change_refused(of_listener(&listener), &problem);
                error!(listener = %listener.name, "changed TLS files are refused, the old ones stay: {problem}");
            }
        }
    }
}

fn of_listener(listener: &Listener) -> FileChange<'_> {
    FileChange {
        resource_type: "TlsFile",
        resource: None,
        listener: Some(&listener.name),
    }
}

/// Reloads the network rules, for ever.
pub async fn network_rules(
    path: PathBuf,
    listeners: Vec<Arc<str>>,
    mut watch: Watch,
    authn: Arc<Authn>,
) {
    let file = || FileChange {
        resource_type: "NetworkRules",
        resource: Some(&path),
        listener: None,
    };
    loop {
        watch.changed().await;
        match read_rules(&path, &listeners) {
            Ok(rules) => {
                authn.metrics.reloaded("network_rules");
                info!(
                    networks = rules.count(),
                    "changed network rules are in force"
                );
                authn.network_rules.replace(rules);
                authn.audit.changed(file());
            }
            Err(problem) => {
                authn.metrics.reload_failed("network_rules");
                authn.audit.change_refused(file(), &problem);
                error!("changed network rules are refused, the old ones stay: {problem}");
            }
        }
    }
}
