//! Addresses and names as far as they can be judged without the network: whether they have their parts.

use service::flags::{Flag, Values};

use super::flags;
use crate::sink::spelling;

/// `endpoint-url`.
pub(super) fn endpoint_url(values: &mut Values) -> Option<String> {
    checked(values, &flags::ENDPOINT_URL, spelling::endpoint_url)
}

/// `region`, as far as any may be called so.
pub(super) fn region(values: &mut Values) -> Option<String> {
    // Whether there is an endpoint, which may have regions of its own, is known when a sink is opened.
    checked(values, &flags::REGION, |text| spelling::region(text, true))
}

/// `role-arn`.
pub(super) fn role_arn(values: &mut Values) -> Option<String> {
    checked(values, &flags::ROLE_ARN, spelling::role_arn)
}

fn checked(
    values: &mut Values,
    flag: &Flag,
    check: impl Fn(&str) -> Result<(), String>,
) -> Option<String> {
    let text = values.optional(flag)?;
    if let Err(problem) = check(&text) {
        values.problem(flag, problem);
    }
    Some(text)
}
