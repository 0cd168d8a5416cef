//! DescribeClientQuotas (48): there are none, and none can be set yet; `kafka-configs` asks for
//! them whenever it describes a user.
//!
//! KIP-546. What is no filter is refused as Kafka refuses it, in its order.

use std::collections::BTreeSet;

use authz::checks::table::DESCRIBE_CLIENT_QUOTAS;
use protocol::messages::describe_client_quotas::{
    ComponentData, DescribeClientQuotasRequest, DescribeClientQuotasResponse,
};
use protocol::{ErrorCode, Response};

use super::error::Failure;
use crate::context::RequestContext;
use crate::reply::Reply;

const CLIENT_ID: &str = "client-id";
const IP: &str = "ip";
const USER: &str = "user";

const MATCH_EXACT: i8 = 0;
const MATCH_DEFAULT: i8 = 1;
const MATCH_ANY: i8 = 2;

/// No quota matches any filter.
pub fn handle(context: &RequestContext, request: &DescribeClientQuotasRequest) -> Reply {
    let outcome = match context.check(&DESCRIBE_CLIENT_QUOTAS, "") {
        Ok(_permit) => check(&request.components),
        Err(error_code) => Err(Failure::bare(error_code)),
    };
    let response = match outcome {
        Ok(()) => DescribeClientQuotasResponse {
            entries: Some(Vec::new()),
            ..DescribeClientQuotasResponse::default()
        },
        Err(failure) => DescribeClientQuotasResponse {
            error_code: failure.error_code,
            error_message: failure.message(),
            entries: None,
            ..DescribeClientQuotasResponse::default()
        },
    };
    Reply::Now(Response::DescribeClientQuotas(response))
}

fn check(components: &[ComponentData]) -> Result<(), Failure> {
    let mut kinds = BTreeSet::new();
    for component in components {
        let kind = &*component.entity_type;
        if !kinds.insert(kind) {
            return Err(invalid(format!(
                "Entity type {kind} cannot appear more than once in the filter."
            )));
        }
        if kind.is_empty() {
            return Err(invalid("Invalid empty entity type."));
        }
        if ![CLIENT_ID, IP, USER].contains(&kind) {
            let sentence = format!("Unsupported entity type {kind}");
            return Err(Failure::new(ErrorCode::UNSUPPORTED_VERSION, sentence));
        }
        check_match(component)?;
    }
    if kinds.contains(IP) && kinds.len() > 1 {
        return Err(invalid(
            "Invalid entity filter component combination. IP filter component should not be used \
             with user or clientId filter component.",
        ));
    }
    Ok(())
}

fn check_match(component: &ComponentData) -> Result<(), Failure> {
    // The last sentence names a type that is no more; Kafka says so, too.
    match (component.match_type, &component.match_) {
        (MATCH_EXACT, Some(_)) | (MATCH_DEFAULT | MATCH_ANY, None) => Ok(()),
        (MATCH_EXACT, None) => Err(invalid(
            "Request specified MATCH_TYPE_EXACT, but set match string to null.",
        )),
        (MATCH_DEFAULT, Some(_)) => Err(invalid(
            "Request specified MATCH_TYPE_DEFAULT, but also specified a match string.",
        )),
        (MATCH_ANY, Some(_)) => Err(invalid(
            "Request specified MATCH_TYPE_SPECIFIED, but also specified a match string.",
        )),
        (unknown, _) => Err(invalid(format!("Unknown match type {unknown}"))),
    }
}

fn invalid(sentence: impl Into<protocol::Str>) -> Failure {
    Failure::new(ErrorCode::INVALID_REQUEST, sentence)
}

#[cfg(test)]
mod tests {
    use super::{ComponentData, check};

    /// Type, match type and match.
    type Component = (&'static str, i8, Option<&'static str>);

    /// Read off Apache Kafka 4.3.1.
    #[test]
    fn what_is_no_filter_is_refused() {
        #[rustfmt::skip]
        let cases: &[(&[Component], &str)] = &[
            (&[], ""),
            (&[("user", 0, Some("")), ("client-id", 2, None)], ""),
            (&[("ip", 1, None)], ""),
            (&[("ip", 0, Some("no address"))], ""),
            (&[("user", 9, None)], "INVALID_REQUEST: Unknown match type 9"),
            (&[("foo", 9, None)], "UNSUPPORTED_VERSION: Unsupported entity type foo"),
            (&[("", 0, Some("x"))], "INVALID_REQUEST: Invalid empty entity type."),
            (&[("user", 0, Some("a")), ("user", 0, Some("b"))], "INVALID_REQUEST: Entity type user cannot appear more than once in the filter."),
            (&[("user", 0, None)], "INVALID_REQUEST: Request specified MATCH_TYPE_EXACT, but set match string to null."),
            (&[("user", 1, Some("x"))], "INVALID_REQUEST: Request specified MATCH_TYPE_DEFAULT, but also specified a match string."),
            (&[("user", 2, Some("x"))], "INVALID_REQUEST: Request specified MATCH_TYPE_SPECIFIED, but also specified a match string."),
            (&[("ip", 2, None), ("client-id", 2, None)], "INVALID_REQUEST: Invalid entity filter component combination. IP filter component should not be used with user or clientId filter component."),
        ];
        for (components, expected) in cases {
            let components: Vec<_> = components
                .iter()
                .map(|(kind, match_type, text)| ComponentData {
                    entity_type: (*kind).into(),
                    match_type: *match_type,
                    match_: text.map(Into::into),
                })
                .collect();
            let refused = check(&components).err().map(|failure| failure.to_string());
            assert_eq!(refused.unwrap_or_default(), *expected);
        }
    }
}
