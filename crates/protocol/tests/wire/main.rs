//! The codec seen from outside: against the schema, Kafka's definitions, Kafka's own classes, the
//! crate `kafka-protocol`, bytes of real clients, and hostile bytes.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "every line here is test code, also outside the functions marked as tests"
)]

mod definitions;
mod hostile;
mod kafka_itself;
mod kafka_protocol_crate;
mod mutations;
mod properties;
mod round_trip;
mod schemas;
mod vectors;

// The reader of schema files lives with the generator; these tests read the same files, and the
// fuzz targets share the random messages and the properties.
#[path = "../../../../xtask/src/codegen/names.rs"]
mod names;
#[path = "../../../../xtask/src/codegen/parse.rs"]
#[allow(dead_code, reason = "shared with xtask, which uses all of it")]
mod parse;
#[path = "../../../../xtask/src/codegen/random.rs"]
mod random;
#[path = "../../../../xtask/src/codegen/schema.rs"]
#[allow(dead_code, reason = "shared with xtask, which uses all of it")]
mod schema;
