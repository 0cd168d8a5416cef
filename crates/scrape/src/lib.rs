//! The HTTP side of an exporter: listeners, TLS and passwords, negotiation, compression,
//! one collection for all who ask at once, and the metrics of the exporter itself.
//!
//! An exporter implements [`Exporter`], puts [`FLAGS`] among its own and hands both to [`Server`].
//! What is collected, and what the parameters of a request mean, is the exporter's own.

mod answer;
mod body;
mod connections;
mod exporter;
mod flight;
mod gzip;
mod landing;
mod patience;
mod query;
mod self_metrics;
mod server;
mod unsent;
mod users;
mod web;
mod web_config;

pub use exporter::{About, Collected, Exporter, Failure, Request};
pub use query::Query;
pub use server::{ServeError, Server};
pub use web::{FLAGS, Web};
