//! What goes wrong with a request, and when: before anything of it is accepted, in parts of it, or after
//! all of it is accepted, so that the client cannot know.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::answer::Answer;
use crate::operation::Service;

/// A fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Too many requests, as the service says it, with `x-amz-retry-after` if so wished.
    Throttle {
        /// For the header.
        #[serde(default)]
        retry_after_ms: Option<u64>,
    },
    /// HTTP 429, which proxies send.
    TooManyRequests,
    /// A 5xx before anything is accepted.
    Service {
        /// The status.
        status: u16,
    },
    /// A 5xx after all is accepted.
    ServiceAfter {
        /// The status.
        status: u16,
    },
    /// The connection ends before anything is accepted.
    Cut,
    /// The connection ends after all is accepted.
    CutAfter,
    /// All is accepted, and the answer comes so late.
    DelayAfter {
        /// How late.
        ms: u64,
    },
    /// These records of the request fail; the others are accepted. Services without records ignore it.
    FailRecords {
        /// Which.
        indices: Vec<usize>,
    },
    /// All records fail, and the count says one.
    WrongCount,
    /// HTTP 413.
    TooLarge,
    /// All is accepted, and the answer is cut in its middle.
    Malformed,
    /// The session has ended.
    ExpiredToken,
    /// The client's clock is wrong.
    ClockSkew,
    /// The identity may not.
    AccessDenied,
    /// The log group is deleted, with its streams; streams and buckets of other services are missing this once.
    Missing,
    /// Another write of the same object is going on (S3; elsewhere nothing).
    Conflict,
    /// The bucket is in another region (S3; elsewhere nothing).
    Elsewhere {
        /// Which.
        region: String,
    },
    /// The body is read, but this late.
    SlowRead {
        /// How late.
        ms: u64,
    },
}

impl Fault {
    /// True if the request was accepted and the client is not told.
    pub fn is_ambiguous(&self) -> bool {
        matches!(
            self,
            Self::ServiceAfter { .. } | Self::CutAfter | Self::DelayAfter { .. } | Self::Malformed
        )
    }

    /// How long the body waits to be read.
    pub(crate) fn read_delay(&self) -> Duration {
        match self {
            Self::SlowRead { ms } => Duration::from_millis(*ms),
            _ => Duration::ZERO,
        }
    }

    /// The answer that is given instead of accepting anything.
    pub(crate) fn refusal(&self, service: Service) -> Option<Answer> {
        let error = |status, code, message| Some(Answer::error(service, status, code, message));
        match self {
            Self::Throttle { retry_after_ms } => {
                let (status, code) = throttled(service);
                let mut answer = Answer::error(service, status, code, "Rate exceeded");
                if let Some(ms) = retry_after_ms {
                    answer
                        .headers
                        .push(("x-amz-retry-after".into(), ms.to_string()));
                }
                Some(answer)
            }
            Self::TooManyRequests => error(429, "TooManyRequestsException", "Too many requests"),
            Self::Service { status } => failing(service, *status),
            Self::TooLarge => error(413, "RequestEntityTooLargeException", "Too large"),
            Self::ExpiredToken => {
                let (status, code) = expired(service);
                error(
                    status,
                    code,
                    "The security token included in the request is expired",
                )
            }
            Self::ClockSkew => {
                let (status, code) = skewed(service);
                error(status, code, "Signature expired: the clock is wrong")
            }
            Self::AccessDenied => match service {
                Service::S3 | Service::Sts => error(403, "AccessDenied", "Access Denied"),
                _ => error(400, "AccessDeniedException", "User is not authorized"),
            },
            Self::Conflict if service == Service::S3 => error(
                409,
                "ConditionalRequestConflict",
                "A conflicting operation is in progress",
            ),
            Self::Elsewhere { region } if service == Service::S3 => {
                let message = "The bucket must be addressed at another endpoint";
                let mut answer = Answer::error(service, 301, "PermanentRedirect", message);
                let header = ("x-amz-bucket-region".into(), region.clone());
                answer.headers.push(header);
                Some(answer)
            }
            _ => None,
        }
    }

    /// The answer that is given although all was accepted.
    pub(crate) fn untruth(&self, service: Service, answer: &Answer) -> Option<Answer> {
        match self {
            Self::ServiceAfter { status } => failing(service, *status),
            Self::Malformed => {
                let mut cut = answer.clone();
                cut.body.truncate(answer.body.len() / 2);
                Some(cut)
            }
            _ => None,
        }
    }
}

fn failing(service: Service, status: u16) -> Option<Answer> {
    let code = match (service, status) {
        (Service::S3 | Service::Sts, 500) => "InternalError",
        (_, 503) => "ServiceUnavailableException",
        _ => "InternalFailure",
    };
    Some(Answer::error(service, status, code, "Please try again"))
}

/// How each service says that there are too many requests.
fn throttled(service: Service) -> (u16, &'static str) {
    match service {
        Service::Logs => (400, "ThrottlingException"),
        Service::Kinesis => (400, "ProvisionedThroughputExceededException"),
        Service::Firehose => (503, "ServiceUnavailableException"),
        Service::S3 => (503, "SlowDown"),
        Service::Sts => (400, "Throttling"),
    }
}

/// How each service says that a session has ended.
pub(crate) fn expired(service: Service) -> (u16, &'static str) {
    match service {
        Service::S3 => (400, "ExpiredToken"),
        Service::Sts => (403, "ExpiredToken"),
        _ => (400, "ExpiredTokenException"),
    }
}

/// How each service says that a signature is too old or too new.
pub(crate) fn skewed(service: Service) -> (u16, &'static str) {
    match service {
        Service::S3 => (403, "RequestTimeTooSkewed"),
        Service::Sts => (403, "SignatureDoesNotMatch"),
        _ => (400, "InvalidSignatureException"),
    }
}
