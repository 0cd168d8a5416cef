//! Who is talking: the principal of a connection, and everything by which authn hands an identity
//! to our broker.
//!
//! Formats only: it knows no sockets, no mechanisms' dialogues and no policies.

mod base64_bytes;
mod context_update;
pub mod control;
mod handoff_key;
mod iam_context;
mod preface;
mod principal;
pub mod scram;

pub use context_update::{CONTEXT_UPDATE_KEY, ContextUpdate, ContextUpdateError};
pub use handoff_key::{HandoffKey, KEY_BYTES};
pub use iam_context::{IamCaller, IamContext};
pub use preface::{PREFACE_BYTES_MAX, PREFACE_HEAD_BYTES, Preface, PrefaceError};
pub use principal::{IAM, NotAPrincipal, Principal, USER};
pub use scram::{ScramCredential, ScramMechanism};
