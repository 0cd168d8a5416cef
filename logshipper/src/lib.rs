//! Log delivery: what a Kafka broker writes into its log files, to CloudWatch Logs, S3, Kinesis Data
//! Streams, Firehose, a directory or standard output.
//!
//! The log file is the buffer: a cursor per file and sink moves only past events that a sink has
//! acknowledged, and what cannot be delivered is counted, never forgotten. It knows Kafka's line layout and
//! nothing else of Kafka, so that any broker's logs will do.

pub mod access;
pub mod batch;
pub mod checkpoint;
pub mod cli;
pub mod config;
pub mod dead_letter;
pub mod delivery;
pub mod event;
pub mod input;
pub mod look;
pub mod metrics;
pub mod pipeline;
pub mod position;
pub mod replay;
pub mod sink;
pub mod start;
pub mod status;
