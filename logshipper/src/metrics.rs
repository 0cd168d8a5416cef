//! What is counted: for each sink as it happens, and for each file when somebody asks.
//!
//! How it is shown is Prometheus' and `status`'s business.

mod causes;
mod collector;
mod sink_figures;

pub use causes::{Cause, outcome_name, rejection_name};
pub use collector::{Following, Lag, Roster};
pub use sink_figures::{Looked, Metrics, SinkFigures, Standing, TroubleNow};
