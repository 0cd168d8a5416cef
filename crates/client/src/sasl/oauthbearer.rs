//! OAUTHBEARER's client (RFC 7628). A refusal comes in two rounds: the server tells why in JSON,
//! and only after the client has answered with one byte does the login fail.

use serde_json::Value;

use super::{SaslError, Step};

/// What a client answers to the reason of a refusal (RFC 7628 §3.2.3).
const ACKNOWLEDGED: u8 = 1;

/// Where a login is.
pub(crate) enum Exchange {
    /// The token is out.
    Sent,
    /// The server told its reason, which was acknowledged.
    Refused(String),
}

/// The client's only message.
pub(super) fn first(token: &str) -> Vec<u8> {
    format!("n,,\u{1}auth=Bearer {token}\u{1}\u{1}").into_bytes()
}

impl Exchange {
    pub(super) fn next(&mut self, answer: &[u8]) -> Result<Step, SaslError> {
        match self {
            Self::Sent if answer.is_empty() => Ok(Step::Done),
            Self::Sent => {
                *self = Self::Refused(reason(answer));
                Ok(Step::Send(vec![ACKNOWLEDGED]))
            }
            Self::Refused(reason) => Err(SaslError::Refused(std::mem::take(reason))),
        }
    }
}

fn reason(answer: &[u8]) -> String {
    let json: Option<Value> = serde_json::from_slice(answer).ok();
    let status = json.as_ref().and_then(|json| json.get("status")?.as_str());
    format!("the token was refused: {}", status.unwrap_or("no reason"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_acknowledged_before_it_is_told() {
        let mut exchange = Exchange::Sent;
        let told = exchange.next(br#"{"status":"invalid_token"}"#);
        assert_eq!(told, Ok(Step::Send(vec![1])));
        let refused = SaslError::Refused("the token was refused: invalid_token".to_owned());
        assert_eq!(exchange.next(b""), Err(refused));
    }

    #[test]
    fn an_empty_answer_is_a_login() {
        assert_eq!(first("abc"), b"n,,\x01auth=Bearer abc\x01\x01");
        assert_eq!(Exchange::Sent.next(b""), Ok(Step::Done));
    }
}
