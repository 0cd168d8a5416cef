//! The configuration in force: replaced as a whole when a dynamic value changes.
//!
//! A reader takes the current value and keeps it for as long as one piece of work lasts; whoever
//! must act on a change subscribes.

use std::sync::{Arc, Mutex, PoisonError};

use config::{ConfigErrors, Properties};
use tokio::sync::watch;

use super::BrokerConfig;

/// The configuration in force.
#[derive(Clone, Debug)]
pub struct DynamicConfig {
    current: Arc<watch::Sender<Arc<BrokerConfig>>>,
    changing: Arc<Mutex<()>>,
}

impl DynamicConfig {
    /// Starts with what the file gave.
    pub fn new(config: BrokerConfig) -> Self {
        let current = Arc::new(watch::Sender::new(Arc::new(config)));
        Self {
            current,
            changing: Arc::default(),
        }
    }

    /// What holds now.
    pub fn current(&self) -> Arc<BrokerConfig> {
        Arc::clone(&self.current.borrow())
    }

    /// Told of every change.
    pub fn subscribe(&self) -> watch::Receiver<Arc<BrokerConfig>> {
        self.current.subscribe()
    }

    /// Puts other dynamic values in force.
    ///
    /// # Errors
    /// Everything that they make wrong; then what held before still holds.
    pub fn apply(&self, per_broker: Properties, cluster: Properties) -> Result<(), ConfigErrors> {
        let config = self.current().with_dynamic(per_broker, cluster)?;
        self.current.send_replace(Arc::new(config));
        Ok(())
    }

    /// Does `work` while nobody else changes what is in force, so that of two changes the newer
    /// one stays.
    pub fn one_at_a_time<T>(&self, work: impl FnOnce() -> T) -> T {
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        work()
    }
}
