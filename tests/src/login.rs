//! Logins step by step, so that a test can stop, repeat or forge any of them: SCRAM-SHA-512 (RFC 5802) and AWS_MSK_IAM.

use std::collections::HashMap;
use std::num::NonZeroU32;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use identity::ScramMechanism;
use protocol::messages::alter_user_scram_credentials::{
    AlterUserScramCredentialsRequest, ScramCredentialDeletion, ScramCredentialUpsertion,
};
use protocol::messages::sasl_authenticate::{SaslAuthenticateRequest, SaslAuthenticateResponse};
use protocol::messages::sasl_handshake::SaslHandshakeRequest;
use protocol::{ErrorCode, Request};

use serde_json::Value;

use crate::{Up, Wire, wire};

/// The mechanism of MSK.
pub const SCRAM: ScramMechanism = ScramMechanism::Sha512;
/// Versions of both requests.
pub const HANDSHAKE_VERSION: i16 = 1;
pub const TOKEN_VERSION: i16 = 2;
/// The fewest that Kafka takes.
const ROUNDS: NonZeroU32 = NonZeroU32::new(4096).expect("not 0");
/// A nonce of a client; the server's makes the exchange unique.
const NONCE: &str = "fyko+d2lbbFgONRv9qkxdawL";

/// A SaslHandshake.
pub fn handshake_request(mechanism: &str) -> Request {
    Request::SaslHandshake(SaslHandshakeRequest {
        mechanism: mechanism.into(),
    })
}

/// A SaslAuthenticate.
pub fn token_request(token: &[u8]) -> Request {
    let auth_bytes = Bytes::copy_from_slice(token);
    Request::SaslAuthenticate(SaslAuthenticateRequest { auth_bytes })
}

/// Chooses a mechanism.
pub fn choose(wire: &mut Wire, mechanism: &str) {
    let request = SaslHandshakeRequest {
        mechanism: mechanism.into(),
    };
    let answer = wire.call(HANDSHAKE_VERSION, request);
    assert_eq!(answer.error_code, ErrorCode::NONE, "{mechanism}");
}

/// Sends one token.
pub fn token(wire: &mut Wire, token: &[u8]) -> SaslAuthenticateResponse {
    let auth_bytes = Bytes::copy_from_slice(token);
    wire.call(TOKEN_VERSION, SaslAuthenticateRequest { auth_bytes })
}

/// Somebody with a password. What it costs to salt it is paid once for each salt.
#[derive(Debug)]
pub struct ScramUser {
    name: String,
    password: String,
    salted: HashMap<Vec<u8>, Vec<u8>>,
}

impl ScramUser {
    pub fn new(name: &str, password: &str) -> Self {
        Self {
            name: name.to_owned(),
            password: password.to_owned(),
            salted: HashMap::new(),
        }
    }

    /// Whom `outrigger up` made.
    pub fn of_up(up: &Up) -> Self {
        Self::new(
            &up.credential("scram_username"),
            &up.secret("scram_password_file"),
        )
    }

    /// Somebody new, or with a new password, as an administrator makes them on `admin`'s connection.
    pub fn create(admin: &mut Wire, name: &str, password: &str) -> Self {
        let salt = format!("the salt of {name}");
        let salted = SCRAM.salted_password(password.as_bytes(), salt.as_bytes(), ROUNDS);
        let upsertion = ScramCredentialUpsertion {
            name: name.into(),
            mechanism: SCRAM.code(),
            iterations: ROUNDS.get().cast_signed(),
            salt: salt.into(),
            salted_password: salted.to_vec().into(),
        };
        let request = AlterUserScramCredentialsRequest {
            deletions: Vec::new(),
            upsertions: vec![upsertion],
        };
        let answer = admin.call(0, request);
        assert_eq!(answer.results[0].error_code, ErrorCode::NONE);
        Self::new(name, password)
    }

    /// Takes somebody's password away, if there is one.
    pub fn remove(admin: &mut Wire, name: &str) {
        let deletion = ScramCredentialDeletion {
            name: name.into(),
            mechanism: SCRAM.code(),
        };
        let request = AlterUserScramCredentialsRequest {
            deletions: vec![deletion],
            upsertions: Vec::new(),
        };
        let code = admin.call(0, request).results[0].error_code;
        assert!(
            code.is_none() || code == ErrorCode::RESOURCE_NOT_FOUND,
            "{code:?}"
        );
    }

    /// The whole exchange; the last answer, good or bad.
    pub fn log_in(&mut self, wire: &mut Wire) -> SaslAuthenticateResponse {
        choose(wire, SCRAM.name());
        let challenge = token(wire, self.first().as_bytes());
        if !challenge.error_code.is_none() {
            return challenge;
        }
        let last = self.last(&challenge.auth_bytes);
        token(wire, last.as_bytes())
    }

    /// The first message.
    pub fn first(&self) -> String {
        format!("n,,{}", self.bare())
    }

    fn bare(&self) -> String {
        format!("n={},r={NONCE}", self.name)
    }

    /// The last message, which answers the challenge.
    pub fn last(&mut self, challenge: &[u8]) -> String {
        let challenge = std::str::from_utf8(challenge).expect("text");
        let attribute = |name: &str| {
            let mut attributes = challenge.split(',');
            attributes
                .find_map(|attribute| attribute.strip_prefix(name))
                .expect(name)
        };
        let salt = STANDARD.decode(attribute("s=")).expect("base64");
        let iterations: NonZeroU32 = attribute("i=").parse().expect("a number");
        let salted = self.salted.entry(salt).or_insert_with_key(|salt| {
            let password = self.password.as_bytes();
            SCRAM.salted_password(password, salt, iterations).to_vec()
        });
        let client_key = SCRAM.hmac(salted, b"Client Key");
        let without_proof = format!("c=biws,r={}", attribute("r="));
        let bare = format!("n={},r={NONCE}", self.name);
        let transcript = format!("{bare},{challenge},{without_proof}");
        let signature = SCRAM.hmac(&SCRAM.hash(&client_key), transcript.as_bytes());
        let proof: Vec<u8> = client_key
            .iter()
            .zip(signature)
            .map(|(a, b)| a ^ b)
            .collect();
        format!("{without_proof},p={}", STANDARD.encode(proof))
    }
}

/// An access key, and where and when it is used.
#[derive(Clone, Debug)]
pub struct IamKey {
    pub id: String,
    pub secret: String,
    pub session_token: Option<String>,
    pub region: String,
}

impl IamKey {
    /// That of the user that `outrigger up` made.
    pub fn of_up(up: &Up) -> Self {
        Self {
            id: up.credential("iam_access_key_id"),
            secret: up.secret("iam_secret_access_key_file"),
            session_token: None,
            region: "us-east-1".to_owned(),
        }
    }

    /// What `outrigger iam create-access-key` (`AccessKey`) or `assume-role` (`Credentials`) has printed.
    pub fn of_answer(up: &Up, made: &Value) -> Self {
        let text = |name: &str| made[name].as_str().map(str::to_owned);
        Self {
            id: text("AccessKeyId").expect("a key"),
            secret: text("SecretAccessKey").expect("its secret"),
            session_token: text("SessionToken"),
            ..Self::of_up(up)
        }
    }

    /// The one message of AWS_MSK_IAM, signed for `host` at this time.
    pub fn payload(&self, host: &str) -> Vec<u8> {
        let date = now();
        let day = date.split('T').next().expect("a day");
        let scope = format!("{day}/{}/kafka-cluster/aws4_request", self.region);
        let credential = format!("{}/{scope}", self.id);
        let token = self.session_token.as_deref();
        let mut query = format!(
            "Action=kafka-cluster%3AConnect&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={}\
             &X-Amz-Date={date}&X-Amz-Expires=900",
            encoded(&credential)
        );
        if let Some(token) = token {
            query += &format!("&X-Amz-Security-Token={}", encoded(token));
        }
        query += "&X-Amz-SignedHeaders=host";
        let sha256 = |bytes: &[u8]| hex(&ScramMechanism::Sha256.hash(bytes));
        let canonical = format!("GET\n/\n{query}\nhost:{host}\n\nhost\n{}", sha256(b""));
        let text = format!(
            "AWS4-HMAC-SHA256\n{date}\n{scope}\n{}",
            sha256(canonical.as_bytes())
        );
        let parts = [day, &self.region, "kafka-cluster", "aws4_request", &text];
        let first = format!("AWS4{}", self.secret).into_bytes();
        let signature = parts.iter().fold(first, |key, part| {
            ScramMechanism::Sha256.hmac(&key, part.as_bytes())
        });
        let mut payload = serde_json::json!({
            "version": "2020_10_22",
            "host": host,
            "user-agent": "black-box",
            "action": "kafka-cluster:Connect",
            "x-amz-algorithm": "AWS4-HMAC-SHA256",
            "x-amz-credential": credential,
            "x-amz-date": date,
            "x-amz-signedheaders": "host",
            "x-amz-expires": "900",
            "x-amz-signature": hex(&signature),
        });
        if let Some(token) = token {
            payload["x-amz-security-token"] = token.into();
        }
        payload.to_string().into_bytes()
    }

    /// Logs in with one payload; the answer, good or bad.
    pub fn log_in(&self, wire: &mut Wire) -> SaslAuthenticateResponse {
        choose(wire, "AWS_MSK_IAM");
        token(wire, &self.payload("localhost"))
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a signature carries the time, and the server has a clock of its own"
)]
fn now() -> String {
    let now = jiff::Timestamp::try_from(std::time::SystemTime::now()).expect("a time");
    now.strftime("%Y%m%dT%H%M%SZ").to_string()
}

fn encoded(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Frames for a stream that sends several at once.
pub fn frames(requests: &[(i16, Request)]) -> Vec<u8> {
    let frames = requests
        .iter()
        .zip(1..)
        .map(|((version, request), id)| wire::encode(id, *version, request));
    frames.flatten().collect()
}
