//! Why a call of AWS did not succeed, told by what a caller decides by: the same for all services.
//!
//! It does not decide: whether, when and what to send again is the caller's.

mod codes;

use std::error::Error;
use std::fmt;
use std::time::Duration;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_cloudwatch::config::http::HttpResponse;
use aws_sdk_cloudwatch::error::{ProvideErrorMetadata, SdkError};

use crate::client_config::NotAssumed;

pub(crate) use self::codes::of_record;

/// What a service says of an error is told up to here.
const SAID_CHARS_MAX: usize = 300;
/// A wish to be left alone for longer is not believed.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(300);

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// There is nobody to ask as: nothing was sent.
    NoCredentials,
    /// Who asks may not, is not known, or no longer.
    Credentials,
    /// This machine's clock is not the service's. The SDK takes the service's from the answer, so that the next
    /// call may succeed.
    Clock,
    /// Too many requests, of this process or of others of the account.
    Throttled,
    /// The service has a fault of its own, or another one answers at the endpoint.
    Service,
    /// There is no answer, or none that can be read: what was sent may have arrived.
    Unanswered,
    /// What the call is about does not exist, is not ready or cannot be used.
    Missing,
    /// Something in the data is not as the service wants it.
    Data,
    /// The service takes no such request, whatever its data: it is another service, or a name in it is none.
    Refused,
    /// The request cannot be made, or there is no endpoint: nothing was sent.
    Unsent,
}

/// Why a call did not succeed. The cause is in `source()`.
#[derive(Debug)]
pub struct Failure {
    /// What a caller decides by.
    pub kind: FailureKind,
    /// The service's own word for it; empty where there is none.
    pub code: String,
    /// How long the service asks to be left alone.
    pub retry_after: Option<Duration>,
    service: &'static str,
    /// The role that could not be assumed, where it is that.
    role: Option<Box<str>>,
    /// Whether something answered that is not the service, as far as can be told.
    is_stranger: bool,
    said: Box<str>,
    cause: Cause,
}

/// What the SDK says.
pub(crate) type Cause = Box<dyn Error + Send + Sync>;

impl Failure {
    pub(crate) fn of<E>(service: &'static str, error: SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        // A code may come with its namespace.
        let code = error.code().unwrap_or_default();
        let code = code.rsplit('#').next().unwrap_or_default().to_owned();
        let message = error.message().unwrap_or_default().to_owned();
        let kind = kind(&error, &code, &message);
        let stranger = error
            .raw_response()
            .filter(|_| kind == FailureKind::Unanswered);
        let said = match kind {
            // What is said of a signature repeats what was signed, a session's token too.
            FailureKind::Credentials if code.contains("Signature") => String::new(),
            FailureKind::Clock => String::new(),
            _ if let Some(answer) = stranger => described(answer),
            _ if message.is_empty() && error.raw_response().is_none() => deepest(&error),
            _ => message,
        };
        Self {
            kind,
            code,
            retry_after: error.raw_response().and_then(retry_after),
            service,
            role: role(&error),
            is_stranger: stranger.is_some(),
            said: said.chars().take(SAID_CHARS_MAX).collect(),
            cause: Box::new(error),
        }
    }

    /// One that no answer of the service brought.
    pub(crate) fn unanswered(service: &'static str, why: String) -> Self {
        Self {
            kind: FailureKind::Unanswered,
            code: String::new(),
            retry_after: None,
            service,
            role: None,
            is_stranger: false,
            said: why.as_str().into(),
            cause: why.into(),
        }
    }

    /// An answer came, and it is none that the service gives.
    pub(crate) fn stranger(service: &'static str, why: &str) -> Self {
        Self {
            is_stranger: true,
            ..Self::unanswered(service, why.to_owned())
        }
    }

    pub(crate) fn into_cause(self) -> Cause {
        self.cause
    }
}

fn kind<E>(error: &SdkError<E, HttpResponse>, code: &str, message: &str) -> FailureKind
where
    E: ProvideErrorMetadata + Error + 'static,
{
    if role(error).is_some() {
        return FailureKind::Credentials;
    }
    if is_about_credentials(error) {
        return FailureKind::NoCredentials;
    }
    match error {
        SdkError::ConstructionFailure(_) => FailureKind::Unsent,
        SdkError::DispatchFailure(failure) if failure.is_user() => FailureKind::Unsent,
        SdkError::ServiceError(_) | SdkError::ResponseError(_) => {
            let status = error.raw_response().map(|answer| answer.status().as_u16());
            codes::kind(code, message, status.unwrap_or_default())
        }
        _ => FailureKind::Unanswered,
    }
}

/// The role that could not be assumed, unless it is for want of credentials to ask with.
fn role(error: &(dyn Error + 'static)) -> Option<Box<str>> {
    let has_none = causes(error).any(|cause| {
        let cause = cause.downcast_ref::<CredentialsError>();
        matches!(cause, Some(CredentialsError::CredentialsNotLoaded(_)))
    });
    let role = causes(error).find_map(|cause| cause.downcast_ref::<NotAssumed>());
    role.filter(|_| !has_none)
        .map(|role| role.arn.as_str().into())
}

/// Whether what failed is the search for credentials, which happens on the way to the service.
fn is_about_credentials(error: &(dyn Error + 'static)) -> bool {
    causes(error).any(|cause| cause.is::<CredentialsError>())
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error: &&'a (dyn Error + 'static)| {
        let error: &'a (dyn Error + 'static) = *error;
        error.source()
    })
}

/// What the first cause says: `Connection refused (os error 111)`.
fn deepest(error: &(dyn Error + 'static)) -> String {
    causes(error)
        .last()
        .map(ToString::to_string)
        .unwrap_or_default()
}

/// `200, text/html`.
fn described(answer: &HttpResponse) -> String {
    let status = answer.status().as_u16();
    match answer.headers().get("content-type") {
        Some(content_type) => format!("{status}, {content_type}"),
        None => status.to_string(),
    }
}

fn retry_after(answer: &HttpResponse) -> Option<Duration> {
    let number = |name| answer.headers().get(name)?.trim().parse::<u64>().ok();
    let asked = number("x-amz-retry-after").map(Duration::from_millis);
    let asked = asked.or_else(|| number("retry-after").map(Duration::from_secs))?;
    Some(asked.min(RETRY_AFTER_MAX))
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let service = self.service;
        match self.kind {
            FailureKind::NoCredentials => f.write_str(
                "no AWS credentials can be had; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE",
            ),
            FailureKind::Credentials if let Some(role) = &self.role => write!(f, "role {role} cannot be assumed; may these credentials assume it, does its trust policy allow it, and does STS answer?"),
            FailureKind::Credentials => write!(f, "{service} refuses the credentials; are they those of the endpoint, and does their policy allow it?"),
            FailureKind::Clock => write!(f, "{service} has another time than this machine; set its clock"),
            FailureKind::Throttled => write!(f, "{service} is throttling"),
            FailureKind::Service => write!(f, "{service} has a fault of its own"),
            FailureKind::Unanswered if self.is_stranger => write!(f, "what answers at the endpoint does not answer as {service} does; is it a proxy or another server, and are address and port right?"),
            FailureKind::Unanswered => write!(f, "{service} does not answer; are region, endpoint and network right?"),
            FailureKind::Missing => write!(f, "{service} does not have what is asked for; make it, or are name and region right?"),
            FailureKind::Data => write!(f, "{service} refuses the data"),
            FailureKind::Refused => write!(f, "{service} takes no such request; is the endpoint that of {service}, and are the names right?"),
            FailureKind::Unsent => write!(f, "nothing can be sent to {service}; are region and endpoint right?"),
        }?;
        match (self.code.as_str(), &*self.said) {
            ("", "") => Ok(()),
            ("", said) => write!(f, " ({said})"),
            (code, "") => write!(f, " ({code})"),
            (code, said) => write!(f, " ({code}: {said})"),
        }
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(self.cause.as_ref())
    }
}

#[cfg(test)]
mod tests;
