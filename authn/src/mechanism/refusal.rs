//! Why a login failed: in full for our log, audit and metrics, and in the few words that the
//! client may learn, which are the same for every cause that a guesser could tell apart.

use std::fmt;

use protocol::ApiKey;

/// A login that is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Why; never for the client.
    pub reason: Reason,
    /// What the client is told.
    pub message: Message,
    /// Who it claimed to be, as far as it came: a user name or an access key id.
    pub claimed: Option<String>,
}

/// What a client is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// Kafka's sentence about invalid credentials, which names the mechanism.
    InvalidCredentials,
    /// A text of its own.
    Text(String),
}

/// Why a login failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The bytes are no request of Kafka's, or one that cannot be read.
    NotKafka,
    /// A request of a client that does not know that it must log in.
    NoLogin(ApiKey),
    /// A request that a login does not have in that place.
    UnexpectedApi(i16),
    /// A frame or token longer than its kind may be.
    TooLong,
    /// SaslHandshake version 0, while bare tokens are off.
    RawTokens,
    /// A mechanism that the listener does not offer.
    UnsupportedMechanism,
    /// A renewal by another mechanism.
    MechanismChanged,
    /// A renewal by somebody else.
    PrincipalChanged,
    /// An answer could not be encoded.
    Unanswerable,
    /// A token that does not follow its mechanism's grammar; what is wrong with it.
    Malformed(&'static str),
    /// SCRAM: no such user.
    UnknownUser,
    /// SCRAM: the proof is not that of the password.
    WrongPassword,
    /// SCRAM: the credential was changed or removed during the login.
    CredentialChanged,
    /// SCRAM: somebody else's name as authorization id.
    AuthorizationId,
    /// SCRAM: a delegation token, which do not exist here.
    DelegationToken,
    /// The system gave no random bits.
    NoRandomness,
    /// IAM: there is no identity store.
    NoIdentityStore,
    /// IAM: signed for another host.
    WrongHost,
    /// IAM: signed for a region that is not accepted.
    WrongRegion,
    /// IAM: signed later than now, beyond the tolerated skew.
    NotYetValid,
    /// IAM: the signature's time is over.
    Expired,
    /// IAM: no such access key, or an inactive one.
    UnknownAccessKey,
    /// IAM: the signature is not that of the key.
    WrongSignature,
    /// IAM: the session token is missing, not that of the key, or where none belongs.
    WrongSessionToken,
    /// IAM: the session's end has passed.
    SessionExpired,
    /// IAM: the role or user of the key is gone.
    IdentityGone,
    /// IAM: so little of the session is left that it is not worth beginning.
    SessionTooShort,
    /// IAM: no policy allows `kafka-cluster:Connect`.
    ConnectDenied,
}

impl Refusal {
    /// A refusal that tells the client nothing but that.
    pub fn new(reason: Reason) -> Self {
        Self {
            reason,
            message: Message::InvalidCredentials,
            claimed: None,
        }
    }

    /// The same, with who it claimed to be.
    pub fn of(claimed: &str, reason: Reason) -> Self {
        Self {
            claimed: Some(claimed.to_owned()),
            ..Self::new(reason)
        }
    }
}

impl Reason {
    /// A word for a metric; there are only these.
    pub fn label(self) -> &'static str {
        match self {
            Self::NotKafka => "not_kafka",
            Self::NoLogin(_) => "no_login",
            Self::UnexpectedApi(_) => "unexpected_api",
            Self::TooLong => "too_long",
            Self::RawTokens => "raw_tokens",
            Self::UnsupportedMechanism => "unsupported_mechanism",
            Self::MechanismChanged => "mechanism_changed",
            Self::PrincipalChanged => "principal_changed",
            Self::Unanswerable => "unanswerable",
            Self::Malformed(_) => "malformed",
            Self::UnknownUser => "unknown_user",
            Self::WrongPassword => "wrong_password",
            Self::CredentialChanged => "credential_changed",
            Self::AuthorizationId => "authorization_id",
            Self::DelegationToken => "delegation_token",
            Self::NoRandomness => "no_randomness",
            Self::NoIdentityStore => "no_identity_store",
            Self::WrongHost => "wrong_host",
            Self::WrongRegion => "wrong_region",
            Self::NotYetValid => "not_yet_valid",
            Self::Expired => "expired",
            Self::UnknownAccessKey => "unknown_access_key",
            Self::WrongSignature => "wrong_signature",
            Self::WrongSessionToken => "wrong_session_token",
            Self::SessionExpired => "session_expired",
            Self::IdentityGone => "identity_gone",
            Self::SessionTooShort => "session_too_short",
            Self::ConnectDenied => "connect_denied",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::NoLogin(api_key) => {
                return write!(
                    f,
                    "the client sends {api_key} without a login; its security.protocol must be \
                     SASL_SSL, with a sasl.mechanism"
                );
            }
            Self::UnexpectedApi(key) => return write!(f, "API key {key} is no part of a login"),
            Self::Malformed(what) => return write!(f, "malformed token: {what}"),
            Self::NotKafka => "the bytes are no request of Kafka's",
            Self::TooLong => "a frame or token longer than its kind may be",
            Self::RawTokens => {
                "SaslHandshake version 0, whose bare tokens are not taken; use a client of \
                 Kafka 1.0 or later, or set outrigger.sasl.raw.tokens=true"
            }
            Self::UnsupportedMechanism => "the listener does not offer that mechanism",
            Self::MechanismChanged => "the renewal uses another mechanism than the login",
            Self::PrincipalChanged => "the renewal is by another principal than the login",
            Self::Unanswerable => "the answer could not be encoded",
            Self::UnknownUser => "there is no such user",
            Self::WrongPassword => "wrong password",
            Self::CredentialChanged => "the credential was changed during the login",
            Self::AuthorizationId => "the authorization id is not the user's own name",
            Self::DelegationToken => "there are no delegation tokens here",
            Self::NoRandomness => "the system gave no random bits",
            Self::NoIdentityStore => "no IAM identity store is configured",
            Self::WrongHost => {
                "signed for a host that is none of this listener's; add it to the IAM hosts if \
                 clients may use that name"
            }
            Self::WrongRegion => {
                "signed for a region that is not accepted; set the client's AWS_REGION, or add \
                 it to the IAM regions"
            }
            Self::NotYetValid => "signed in the future; compare the clocks",
            Self::Expired => "the signature's time is over; compare the clocks",
            Self::UnknownAccessKey => "there is no such active access key",
            Self::WrongSignature => "the signature is not that of the access key",
            Self::WrongSessionToken => "the session token is not that of the access key",
            Self::SessionExpired => "the session has ended; assume the role again",
            Self::IdentityGone => "the user or role of the access key is gone",
            Self::SessionTooShort => "too little of the session is left; assume the role again",
            Self::ConnectDenied => "no policy allows kafka-cluster:Connect on this cluster",
        };
        f.write_str(text)
    }
}
