//! SCRAM for bare sockets: SaslHandshake and two SaslAuthenticate, as Kafka's clients send them.
//!
//! The salted password is worked out once per salt, so that thousands of logins cost the server
//! what they cost it, and this side little.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::sync::Mutex;

use anyhow::{Context, Result, bail, ensure};
use openssl::hash::MessageDigest;
use openssl::pkcs5::pbkdf2_hmac;
use openssl::pkey::PKey;
use openssl::rand::rand_bytes;
use openssl::sign::Signer;

use super::frame::exchange;

const SASL_HANDSHAKE: i16 = 17;
const SASL_AUTHENTICATE: i16 = 36;
/// The version of both requests: the last one without tagged fields.
const VERSION: i16 = 1;
const NONCE_BYTES: usize = 18;

pub(super) struct Scram {
    mechanism: String,
    digest: MessageDigest,
    username: String,
    password: String,
    /// By salt and rounds, as the server sent them.
    salted: Mutex<HashMap<String, Vec<u8>>>,
}

impl Scram {
    pub(super) fn new(mechanism: &str, username: &str, password: &str) -> Result<Self> {
        let digest = match mechanism {
            "SCRAM-SHA-256" => MessageDigest::sha256(),
            "SCRAM-SHA-512" => MessageDigest::sha512(),
            other => bail!("--raw speaks SCRAM-SHA-256 and SCRAM-SHA-512, not {other}"),
        };
        Ok(Self {
            mechanism: mechanism.to_string(),
            digest,
            username: username.to_string(),
            password: password.to_string(),
            salted: Mutex::default(),
        })
    }

    /// Logs in on a connection that has been through ApiVersions.
    pub(super) fn log_in(&self, mut stream: impl Read + Write) -> Result<()> {
        let mut body = Vec::new();
        put_string(&mut body, self.mechanism.as_bytes());
        let answer = exchange(&mut stream, SASL_HANDSHAKE, VERSION, &body)?;
        let code = answer.first_chunk().copied().map(i16::from_be_bytes);
        ensure!(code == Some(0), "SaslHandshake error {code:?}");

        let mut nonce = [0; NONCE_BYTES];
        rand_bytes(&mut nonce)?;
        let nonce = openssl::base64::encode_block(&nonce);
        let first_bare = format!("n={},r={nonce}", self.username);
        let server_first = authenticate(&mut stream, format!("n,,{first_bare}").as_bytes())?;
        let [server_nonce, salt, rounds] = fields(&server_first, ["r=", "s=", "i="])?;
        ensure!(server_nonce.starts_with(&nonce), "another nonce");

        let salted = self.salted(salt, rounds)?;
        let client_key = self.hmac(&salted, b"Client Key")?;
        let stored_key = openssl::hash::hash(self.digest, &client_key)?;
        let without_proof = format!("c=biws,r={server_nonce}");
        let message = format!("{first_bare},{server_first},{without_proof}");
        let signature = self.hmac(&stored_key, message.as_bytes())?;
        let proof: Vec<u8> = client_key
            .iter()
            .zip(signature)
            .map(|(a, b)| a ^ b)
            .collect();
        let proof = openssl::base64::encode_block(&proof);
        let server_final =
            authenticate(&mut stream, format!("{without_proof},p={proof}").as_bytes())?;

        let server_key = self.hmac(&salted, b"Server Key")?;
        let expected = self.hmac(&server_key, message.as_bytes())?;
        let [verifier] = fields(&server_final, ["v="])?;
        let verifier = openssl::base64::decode_block(verifier)?;
        ensure!(
            verifier == expected,
            "the server does not know the password"
        );
        Ok(())
    }

    fn salted(&self, salt: &str, rounds: &str) -> Result<Vec<u8>> {
        let key = format!("{salt} {rounds}");
        let mut known = self
            .salted
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(salted) = known.get(&key) {
            return Ok(salted.clone());
        }
        let mut salted = vec![0; self.digest.size()];
        let salt = openssl::base64::decode_block(salt)?;
        pbkdf2_hmac(
            self.password.as_bytes(),
            &salt,
            rounds.parse()?,
            self.digest,
            &mut salted,
        )?;
        known.insert(key, salted.clone());
        Ok(salted)
    }

    fn hmac(&self, key: &[u8], data: &[u8]) -> Result<Vec<u8>> {
        let key = PKey::hmac(key)?;
        Ok(Signer::new(self.digest, &key)?.sign_oneshot_to_vec(data)?)
    }
}

/// One SaslAuthenticate: the bytes that the server answers.
fn authenticate(mut stream: impl Read + Write, bytes: &[u8]) -> Result<String> {
    let mut body = Vec::new();
    body.extend((bytes.len() as u32).to_be_bytes());
    body.extend(bytes);
    let answer = exchange(&mut stream, SASL_AUTHENTICATE, VERSION, &body)?;
    let mut rest = answer.as_slice();
    let code = i16::from_be_bytes(take(&mut rest)?);
    let message_length = i16::from_be_bytes(take(&mut rest)?).max(0) as usize;
    let message = rest
        .get(..message_length)
        .context("SaslAuthenticate answer")?;
    ensure!(
        code == 0,
        "SaslAuthenticate error {code}: {}",
        String::from_utf8_lossy(message)
    );
    rest = &rest[message_length..];
    let length = u32::from_be_bytes(take(&mut rest)?) as usize;
    let bytes = rest.get(..length).context("SaslAuthenticate answer")?;
    Ok(String::from_utf8(bytes.to_vec())?)
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N]> {
    let (taken, left) = rest
        .split_first_chunk()
        .context("SaslAuthenticate answer")?;
    *rest = left;
    Ok(*taken)
}

fn put_string(body: &mut Vec<u8>, text: &[u8]) {
    body.extend((text.len() as u16).to_be_bytes());
    body.extend(text);
}

/// The values of a SCRAM message's first attributes, which must have these names.
fn fields<'a, const N: usize>(message: &'a str, names: [&str; N]) -> Result<[&'a str; N]> {
    let mut parts = message.split(',');
    let mut values = [""; N];
    for (value, name) in values.iter_mut().zip(names) {
        let part = parts.next().and_then(|part| part.strip_prefix(name));
        *value = part.with_context(|| format!("no {name} in the server's message"))?;
    }
    Ok(values)
}
