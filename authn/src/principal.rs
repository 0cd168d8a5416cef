//! Who a client certificate says it is: from a certificate to a principal.
//!
//! Whether the certificate is good was decided in `tls`; what the principal may do is decided by
//! the broker.

mod dn;
mod mapping;
mod replacement;
mod rules;
mod translation;

pub use dn::{NotAName, java_name};
pub use mapping::{MappingError, NoPrincipal, PrincipalMapping};
pub use rules::{RuleError, Rules};
