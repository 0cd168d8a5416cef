//! What strangers send before they have logged in: whatever the bytes, the login ends without a
//! panic, holds little memory, and lets nobody in.

use std::sync::{Arc, LazyLock};

use authn::credentials::{PhantomKey, ScramCredentials};
use authn::mechanism::{Authenticators, Exchange, Mechanism, NoRandomness, Random, Step};
use authn::principal::{PrincipalMapping, Rules, java_name};
use authn::relay::{Frames, Gate, Whole};
use authn::session::{Next, Peer, RenewalPrincipal, SaslSettings, Session, software_of};
use authn::sigv4::SignedRequest;
use bytes::Bytes;
use identity::ScramMechanism;
use rustls_pki_types::CertificateDer;
use x509_parser::prelude::{FromDer, X509Name};

use crate::meter;

/// Copies of a token as text, decoded and decoded again, and what a JSON or URL of it is cut into.
const BYTES_PER_INPUT_BYTE: usize = 64;
const SLACK_BYTES: usize = 128 * 1024;

/// The same bits each time, so that a find can be repeated.
#[derive(Debug)]
struct NotRandom;

impl Random for NotRandom {
    fn fill(&self, to: &mut [u8]) -> Result<(), NoRandomness> {
        to.fill(7);
        Ok(())
    }
}

fn metered(input: &[u8], work: impl FnOnce()) {
    let limit = input.len() * BYTES_PER_INPUT_BYTE + SLACK_BYTES;
    let (_, peak) = meter::peak_of(work);
    assert!(
        peak <= limit,
        "{peak} bytes of memory for {} of input",
        input.len()
    );
}

fn authenticators() -> Authenticators {
    Authenticators {
        scram: Arc::new(ScramCredentials::new(PhantomKey::new(&[3; 32]))),
        iam: None,
        random: Arc::new(NotRandom),
    }
}

fn peer() -> Peer {
    Peer {
        address: [192, 0, 2, 1].into(),
        connection_id: [9; 16],
    }
}

/// A connection of frames, each behind two bytes of length: the first byte of the input chooses
/// what the session offers.
pub fn session(input: &[u8]) {
    let [mode, rest @ ..] = input else {
        return;
    };
    let mechanisms: Vec<Mechanism> = Mechanism::all().collect();
    let settings = Arc::new(SaslSettings {
        mechanisms,
        raw_tokens: mode & 1 == 1,
        session_max: None,
        renewal_principal: RenewalPrincipal::Role,
        authenticators: authenticators(),
    });
    metered(input, || {
        let mut session = Box::new(Session::new(settings, peer()));
        let mut rest = rest;
        while let Some((length, tail)) = rest.split_first_chunk::<2>() {
            let length = usize::from(u16::from_be_bytes(*length)).min(tail.len());
            let (frame, tail) = tail.split_at(length);
            rest = tail;
            let frame = Bytes::copy_from_slice(frame);
            // A client of a TLS listener says it there, in a frame that authn only looks at.
            if let Some((name, version)) = software_of(frame.clone()) {
                assert!(!name.is_empty() && name.len() + version.len() <= 2 * 128);
            }
            match session.handle(frame, 1_700_000_000_000, &|_| None).next {
                Next::Continue(next) => session = next,
                Next::Failed(_) => return,
                Next::Authenticated(who) => panic!("nobody has a password, yet {who:?} came in"),
            }
        }
    });
}

/// SCRAM: the first byte chooses the hash and whether the rest is a first or a final message.
pub fn scram(input: &[u8]) {
    let [mode, token @ ..] = input else {
        return;
    };
    let kind = if mode & 1 == 0 {
        ScramMechanism::Sha256
    } else {
        ScramMechanism::Sha512
    };
    let by = authenticators();
    metered(input, || {
        let begin = Exchange::begin(Mechanism::Scram(kind));
        if mode & 2 == 0 {
            refused(begin.step(&by, &peer(), token, 0));
            return;
        }
        let first = b"n,,n=user,r=nonce";
        let Step::Challenge { exchange, answer } = begin.step(&by, &peer(), first, 0) else {
            panic!("a good first message is challenged");
        };
        // The fuzzer cannot guess the server's nonce: where it writes `?`, that stands.
        let challenge = String::from_utf8(answer).expect("text");
        let nonce = challenge
            .strip_prefix("r=")
            .and_then(|rest| rest.split(',').next())
            .expect("a nonce");
        let text = String::from_utf8_lossy(token).replacen('?', nonce, 1);
        refused(exchange.step(&by, &peer(), text.as_bytes(), 0));
    });
}

fn refused(step: Step) {
    assert!(
        !matches!(step, Step::Done { .. }),
        "nobody has a password, yet somebody came in"
    );
}

/// OAUTHBEARER's framing, and its token: refused, whatever it is.
pub fn oauthbearer(input: &[u8]) {
    let by = authenticators();
    metered(input, || {
        let begin = Exchange::begin(Mechanism::OauthBearer);
        if let Step::Challenge { exchange, .. } = begin.step(&by, &peer(), input, 0) {
            refused(exchange.step(&by, &peer(), input, 0));
        }
    });
}

/// A signed request: the first byte chooses JSON, token or URL.
pub fn signed_request(input: &[u8]) {
    let [mode, rest @ ..] = input else {
        return;
    };
    metered(input, || {
        let text = String::from_utf8_lossy(rest);
        let read = match mode % 3 {
            0 => SignedRequest::of_json(rest),
            1 => SignedRequest::of_token(&text),
            _ => SignedRequest::of_url(&text),
        };
        if let Ok(request) = read {
            assert!(!request.access_key_id.is_empty());
            assert!(request.expires_ms > 0, "a signature has a validity");
        }
    });
}

/// Frames in both directions: cut anywhere, the same bytes pass.
pub fn frames(input: &[u8]) {
    let [mode, cut, bytes @ ..] = input else {
        return;
    };
    let gate = Gate {
        request_bytes_max: 40_000,
        holds_sasl: mode & 1 == 1,
        expired: mode & 2 == 2,
        holds_greeting: mode & 16 == 16,
    };
    let barrier = (mode & 4 == 4).then_some(i32::from(*cut));
    let look = |frames: &mut Frames, bytes: &[u8]| {
        if mode & 8 == 0 {
            frames.requests(bytes, gate)
        } else {
            frames.responses(bytes, barrier)
        }
    };
    let whole = pass(bytes, bytes.len().max(1), look);
    let pieces = pass(bytes, usize::from(*cut) + 1, look);
    assert_eq!(whole, pieces, "where the stream is cut makes no difference");
    assert!(whole.bytes <= bytes.len());
    assert!(
        whole.frames.bytes <= whole.bytes as u64,
        "only what passed is counted"
    );
}

/// How far a stream came.
#[derive(Debug, PartialEq, Eq)]
struct Passed {
    bytes: usize,
    frames: Whole,
    is_refused: bool,
    is_held: bool,
}

/// How many bytes pass, and whether the end was a refusal or something held.
fn pass(
    bytes: &[u8],
    piece: usize,
    look: impl Fn(&mut Frames, &[u8]) -> Result<authn::relay::Scan, authn::relay::FrameError>,
) -> Passed {
    let (mut frames, mut passed, mut end) = (Frames::default(), 0, 0);
    let (is_refused, is_held) = loop {
        let seen = bytes.get(passed..end).unwrap_or_default();
        match look(&mut frames, seen) {
            Err(_) => break (true, false),
            Ok(scan) => {
                passed += scan.pass;
                if scan.held.is_some() {
                    break (false, true);
                }
                if scan.pass > 0 {
                    continue;
                }
            }
        }
        if end == bytes.len() {
            break (false, false);
        }
        end = (end + piece).min(bytes.len());
    };
    Passed {
        bytes: passed,
        frames: frames.take_whole(),
        is_refused,
        is_held,
    }
}

static MAPPINGS: LazyLock<Vec<PrincipalMapping>> = LazyLock::new(|| {
    let ways = ["dn", "msk", "cn", "san_dns", "san_uri"];
    let mapping = |way| PrincipalMapping::parse(way, None).expect("a way");
    ways.into_iter().map(mapping).collect()
});
static RULES: LazyLock<Rules> =
    LazyLock::new(|| Rules::parse("RULE:^CN=([^,]*).*$/$1/L,DEFAULT").expect("a rule"));

/// The subject of a certificate, and a whole certificate.
pub fn distinguished_name(input: &[u8]) {
    // Once: compiling them is no stranger's doing.
    let (mappings, rules) = (&*MAPPINGS, &*RULES);
    metered(input, || {
        if let Ok((_, name)) = X509Name::from_der(input)
            && let Ok(text) = java_name(&name)
        {
            let _ = rules.apply(&text);
        }
        let certificate = CertificateDer::from(input);
        for mapping in mappings {
            let _ = mapping.principal(Some(&certificate));
        }
    });
}

/// `ssl.principal.mapping.rules`, a line end, and a name that they are applied to.
pub fn mapping_rules(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let (rules, name) = text.split_once('\n').unwrap_or((&text, "CN=a,O=b"));
    if let Ok(rules) = Rules::parse(rules) {
        let _ = rules.apply(name);
    }
}
