//! AWS's own signer signs, another project derives keys, and we agree with both.
//!
//! The signer passes AWS's signing test suite; so a verifier that agrees with it on every request
//! of our one shape does, too. The other project's verifier cannot read a presigned URL: it looks
//! for the slashes of the credential after escaping them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign,
};
use aws_sigv4::sign::v4;
use proptest::prelude::{ProptestConfig, any, prop_assert, prop_assert_eq, proptest};
use scratchstack_aws_signature::KSecretKey;

use crate::sigv4::{SecretAccessKey, SignedRequest, SigningKey};

/// What a client signs with.
#[derive(Clone, Debug)]
struct Client {
    access_key_id: String,
    secret: String,
    session_token: Option<String>,
    region: String,
    host: String,
    at_s: u64,
    expires_s: u64,
}

impl Client {
    fn time(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(self.at_s)
    }

    /// The presigned URL, as the Rust SDK makes one.
    fn url(&self) -> String {
        let credentials = Credentials::new(
            self.access_key_id.clone(),
            self.secret.clone(),
            self.session_token.clone(),
            None,
            "test",
        );
        let identity = credentials.into();
        let mut settings = SigningSettings::default();
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(Duration::from_secs(self.expires_s));
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name("kafka-cluster")
            .time(self.time())
            .settings(settings)
            .build()
            .unwrap()
            .into();
        let url = format!("https://{}/?Action=kafka-cluster%3AConnect", self.host);
        let none = std::iter::empty::<(&str, &str)>();
        let request = SignableRequest::new("GET", &url, none, SignableBody::Bytes(b"")).unwrap();
        let (instructions, _) = sign(request, &parameters).unwrap().into_parts();
        instructions
            .params()
            .iter()
            .fold(url, |url, (name, value)| {
                format!("{url}&{name}={}", crate::sigv4::percent::encode(value))
            })
    }

    fn day(&self) -> String {
        crate::sigv4::time::day(i64::try_from(self.at_s * 1000).unwrap())
    }

    fn is_accepted_by_us(&self, url: &str) -> bool {
        let secret = SecretAccessKey::new(self.secret.clone());
        let key = SigningKey::derive(&secret, &self.day(), &self.region);
        SignedRequest::of_url(url).is_ok_and(|request| request.is_signed_by(&key))
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn what_aws_signs_is_accepted_and_what_was_changed_is_not(
        access_key_id in "[A-Z0-9]{16,40}",
        secret in "[A-Za-z0-9/+]{40}",
        session_token in proptest::option::of("[A-Za-z0-9/+=_.~-]{1,200}"),
        region in "[a-z]{2}-[a-z]{4,9}-[1-9]",
        host in "[a-z0-9]{1,10}(\\.[a-z0-9-]{1,8}[a-z0-9]){0,4}",
        at_s in 1_000_000_000_u64..4_000_000_000,
        expires_s in 1_u64..=900,
        place in any::<usize>(),
        byte in 0x21_u8..0x7f,
    ) {
        let client =
            Client { access_key_id, secret, session_token, region, host, at_s, expires_s };
        let url = client.url();
        prop_assert!(client.is_accepted_by_us(&url), "{}", url);

        let mut bytes = url.clone().into_bytes();
        let place = place % bytes.len();
        bytes[place] = byte;
        let changed = String::from_utf8(bytes).unwrap();
        // A digit of an escape in another case is the same value.
        let is_same = changed.eq_ignore_ascii_case(&url) && {
            let value = |url: &str| crate::sigv4::percent::decode(url);
            value(&changed) == value(&url)
        };
        prop_assert_eq!(client.is_accepted_by_us(&changed), is_same, "{}", changed);
    }

    #[test]
    fn keys_are_derived_as_others_derive_them(
        secret in "[A-Za-z0-9/+]{40}",
        region in "[a-z]{2}-[a-z]{4,9}-[1-9]",
        at_s in 1_000_000_000_i64..4_000_000_000,
    ) {
        let theirs: KSecretKey = secret.parse().unwrap();
        let date = chrono::DateTime::from_timestamp(at_s, 0).unwrap().date_naive();
        let theirs = theirs.to_ksigning(date, &region, "kafka-cluster");
        let day = crate::sigv4::time::day(at_s * 1000);
        let ours = SigningKey::derive(&SecretAccessKey::new(secret), &day, &region);
        prop_assert_eq!(ours.sign(b"text"), super::super::keys::hmac(theirs.as_ref(), b"text"));
    }
}
