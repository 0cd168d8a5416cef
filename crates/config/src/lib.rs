//! The table of Kafka's configuration keys, and everything that can be said about a value without
//! a running broker: parsing, checking, where it comes from, what an alteration makes of it.
//!
//! Pure: reads no file, no environment and no clock, keeps no state. What a key *does* is decided in
//! the broker, which reads typed values through [`Reader`].

mod alter;
mod check;
mod endpoint;
mod entry;
mod errors;
mod file;
mod key;
mod layers;
mod preset;
mod properties;
mod reader;
mod rules;
mod suggest;
mod table;

pub use alter::{Alteration, NotAList, alter};
pub use check::{Check, InvalidValue, Value};
pub use endpoint::{Endpoint, ProtocolEntry, protocol_map};
pub use entry::{Entry, Source, Synonym, describe_client_metrics};
pub use errors::ConfigErrors;
pub use file::{File, Origin, Problem, load};
pub use key::{Effect, Key, Kind, Listing, Update};
pub use layers::{BrokerLayers, Properties};
pub use preset::Preset;
pub use properties::{MalformedEscape, Property, decode, parse};
pub use reader::Reader;
pub use rules::{BrokenRule, check_client_metrics, check_group, check_topic_pairs};
pub use suggest::nearest;
pub use table::{broker_key, broker_keys, client_metrics_key, group_key, topic_key, topic_keys};
