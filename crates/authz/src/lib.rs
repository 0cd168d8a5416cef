//! One question: may this principal do this operation on this resource?
//!
//! The answer is a [`Permit`] that the effect takes as an argument, or a [`Denied`] that says why;
//! never a bool. [`checks`] is the table of what every API asks. Two engines answer, chosen by the
//! principal's type: Kafka's ACLs ([`acl`]) and IAM policies ([`iam`]). Everything here is pure:
//! it reads no file and no clock, and whoever has new rules hands them in.

pub mod acl;
mod authorizer;
pub mod checks;
mod decision;
pub mod iam;
mod log_line;
mod network;
mod operation;
mod resource;
mod subject;

pub use authorizer::Authorizer;
pub use checks::Check;
pub use decision::{Denied, Explanation, Permit, Rule};
pub use log_line::LogLine;
pub use network::canonical_network;
pub use operation::{Operation, authorized_operations, supported};
pub use resource::{CLUSTER_NAME, Resource, ResourceType};
pub use subject::Subject;
