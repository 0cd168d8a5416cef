//! A small asynchronous Kafka client: what the command line, the tests and the control plane need
//! to speak to any cluster.
//!
//! It is no replacement for the clients that applications use: there are no transactions, and one
//! produce request carries one partition. Rules of brokers are not known here, only the protocol.

mod acls;
mod api;
mod cluster;
mod configs;
mod connection;
mod consumer;
mod error;
mod group;
mod groups;
mod metadata;
mod names;
mod offsets;
#[cfg(test)]
mod peer;
mod producer;
mod properties;
mod sasl;
mod settings;
mod surroundings;
mod topics;
mod transport;
mod versions;

pub use acls::DescribedAcl;
pub use cluster::Cluster;
pub use configs::{ConfigEntry, ConfigResource, ConfigSource};
pub use consumer::{ConsumedRecord, Consumer, ConsumerSettings, Isolation, StartAt};
pub use error::ClientError;
pub use group::{GroupConsumer, GroupSettings};
pub use groups::{Committed, GroupDescription, ListedGroup, MemberDescription};
pub use metadata::{Broker, Metadata, Partition, Topic};
pub use offsets::{ListedOffset, OffsetSpec};
pub use producer::{Acks, Delivered, Delivery, Producer, ProducerRecord, ProducerSettings};
pub use properties::{FromProperties, PropertyError};
pub use sasl::{
    AwsCredentials, CredentialSource, IamLogin, Password, ProfileChain, Sasl, SaslError,
};
pub use settings::Settings;
pub use surroundings::Surroundings;
pub use topics::{CreatedTopic, NewTopic};
pub use transport::{
    ClientIdentity, HostCheck, SecurityProtocol, StoreError, StoreFormat, Stream, Tls, TlsAdvice,
    TlsVersions, Transport, TrustAnchors,
};
