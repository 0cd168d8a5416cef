//! What happens in a running broker when a stored configuration changes.
//!
//! Always from the newest image, one change at a time: two changes that cross end in the state
//! that the image shows.

use tracing::{error, info};

use super::alteration::stored;
use crate::broker::Broker;
use crate::metadata::{ConfigOwner, Image};

impl Broker {
    /// Puts the stored values for this broker and for all brokers in force. Values that a changed
    /// file makes impossible are told and left out, so that the broker starts.
    pub fn apply_stored_config(&self, image: &Image) {
        let per_broker = stored(image, &ConfigOwner::Broker(image.broker.id.0));
        let cluster = stored(image, &ConfigOwner::Brokers);
        if let Err(errors) = self.config.apply(per_broker, cluster) {
            error!("stored broker configurations are not usable and left out: {errors}");
            return;
        }
        let config = self.config.current();
        self.connection_limits.change(&config.network);
    }

    /// Acts on a configuration that was stored.
    pub(crate) fn configs_changed(&self, owner: &ConfigOwner) {
        self.config.one_at_a_time(|| {
            let image = self.metadata.image();
            match owner {
                ConfigOwner::Broker(_) | ConfigOwner::Brokers => {
                    self.apply_stored_config(&image);
                    for topic in image.topics() {
                        self.partitions
                            .set_settings(topic.id, self.log_settings(topic));
                    }
                    info!("broker configuration changed");
                }
                ConfigOwner::Topic(id) => {
                    let topic = id.parse().ok().and_then(|id| image.topic_by_id(id));
                    if let Some(topic) = topic {
                        self.partitions
                            .set_settings(topic.id, self.log_settings(topic));
                        info!(topic = %topic.name, "topic configuration changed");
                    }
                }
                // Nothing here acts on them yet; they are kept and shown.
                ConfigOwner::ClientMetrics(_) | ConfigOwner::Group(_) => {}
            }
        });
    }
}
