//! IAM as a client sees it, and as the broker is told of it: who logged in, and what has changed
//! when a session is renewed by another session of the same role.

use std::collections::BTreeMap;
use std::path::Path;

use iam::{Holder, Kind, Name, NewSession, NewStore, SessionCredentials, Store};
use identity::{ContextUpdate, IamCaller, ScramMechanism};
use jiff::Timestamp;
use tokio::io::AsyncWriteExt;

use crate::broker::{PATIENCE, Relayed, versions_answer};
use crate::client::{
    Answer, Tls, answer, authenticate, authenticated, connect, handshake, next_frame, opaque,
};
use crate::process::Authn;

const PROPERTIES: &str = "listeners=CLIENT_IAM://127.0.0.1:0\n\
                          outrigger.iam.store=DIR/iam\n\
                          connections.max.reauth.ms=3600000";
const POLICY: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kafka-cluster:Connect","Resource":"*"}]}"#;

fn now_ms() -> i64 {
    Timestamp::now().as_millisecond()
}

fn name(kind: Kind, text: &str) -> Name {
    Name::parse(kind, text).unwrap()
}

/// A store with two roles that may connect.
fn make_store(dir: &Path) {
    let new = NewStore {
        partition: "aws".to_owned(),
        region: "us-east-1".to_owned(),
        account_id: "000000000000".to_owned(),
        cluster_name: "outrigger".to_owned(),
        cluster_uuid: None,
    };
    let store = Store::open_or_create(&dir.join("iam"), &new).unwrap();
    for role in ["writer", "reader"] {
        let role = name(Kind::Role, role);
        let tags = BTreeMap::new();
        store
            .create_role(&role, None, None, None, tags, now_ms())
            .unwrap();
        let policy = name(Kind::Policy, "connect");
        let holder = Holder::Role(role);
        store.put_inline_policy(&holder, &policy, POLICY).unwrap();
    }
}

/// A new session that authn knows.
async fn session(authn: &Authn, role: &str, session_name: &str) -> SessionCredentials {
    let metric = "outrigger_authn_iam_store";
    let before = authn.metric(metric, "reloads").await;
    let store = Store::open(&authn.path("iam")).unwrap();
    let new = NewSession {
        session_name: session_name.to_owned(),
        ..NewSession::default()
    };
    let role = name(Kind::Role, role);
    let credentials = store.assume_role(&role, &new, now_ms()).unwrap();
    let seen = async {
        while authn.metric(metric, "reloads").await <= before {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, seen).await.unwrap();
    credentials
}

/// What `aws-msk-iam-auth` would send.
fn payload(credentials: &SessionCredentials) -> Vec<u8> {
    let moment = Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
    let day = &moment[..8];
    let scope = format!("{day}/us-east-1/kafka-cluster/aws4_request");
    let (id, token) = (
        &credentials.access_key_id,
        credentials.session_token.expose(),
    );
    let encoded = |text: &str| {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.~".contains(&b);
        let part = |b: u8| {
            if plain(b) {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        };
        text.bytes().map(part).collect::<String>()
    };
    let query = format!(
        "Action=kafka-cluster%3AConnect&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={}&\
         X-Amz-Date={moment}&X-Amz-Expires=900&X-Amz-Security-Token={}&X-Amz-SignedHeaders=host",
        encoded(&format!("{id}/{scope}")),
        encoded(token),
    );
    let sha = ScramMechanism::Sha256;
    let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
    let canonical = format!(
        "GET\n/\n{query}\nhost:localhost\n\nhost\n{}",
        hex(&sha.hash(b""))
    );
    let hashed = hex(&sha.hash(canonical.as_bytes()));
    let to_sign = format!("AWS4-HMAC-SHA256\n{moment}\n{scope}\n{hashed}");
    let secret = format!("AWS4{}", credentials.secret_access_key.expose().as_str());
    let parts = [day, "us-east-1", "kafka-cluster", "aws4_request", &to_sign];
    let signature = parts.iter().fold(secret.into_bytes(), |key, part| {
        sha.hmac(&key, part.as_bytes())
    });
    let values = [
        ("version", "2020_10_22"),
        ("host", "localhost"),
        ("user-agent", "test"),
        ("action", "kafka-cluster:Connect"),
        ("x-amz-algorithm", "AWS4-HMAC-SHA256"),
        ("x-amz-credential", &format!("{id}/{scope}")),
        ("x-amz-date", &moment),
        ("x-amz-security-token", token),
        ("x-amz-signedheaders", "host"),
        ("x-amz-expires", "900"),
        ("x-amz-signature", &hex(&signature)),
    ];
    serde_json::to_vec(&BTreeMap::from(values)).unwrap()
}

async fn log_in(tls: &mut Tls, credentials: &SessionCredentials) -> Answer {
    tls.write_all(&handshake(1, "AWS_MSK_IAM")).await.unwrap();
    next_frame(tls).await;
    let token = authenticate(2, &payload(credentials));
    tls.write_all(&token).await.unwrap();
    authenticated(tls).await
}

/// A client of `writer/one`.
async fn started() -> (Authn, Tls, Relayed, identity::HandoffKey) {
    let authn = Authn::prepared(PROPERTIES, make_store).await;
    let mut broker = authn.broker(1).await;
    let credentials = session(&authn, "writer", "one").await;
    let key = broker.key.clone();
    let tls = authn.pki.client(None);
    let mut client = connect(authn.address("CLIENT_IAM"), tls).await;
    assert_eq!(log_in(&mut client, &credentials).await.code, 0);
    let relayed = broker.next().await;
    drop(broker);
    (authn, client, relayed, key)
}

/// Answers the barrier when it comes.
async fn pass_barrier(relayed: &mut Relayed) {
    let request = next_frame(&mut relayed.stream).await;
    let told = versions_answer(&request);
    relayed.stream.write_all(&told).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn another_session_of_the_role_is_told_to_the_broker_between_two_requests() {
    let (authn, mut client, mut relayed, key) = started().await;
    let arn = |name: &str| format!("arn:aws:sts::000000000000:assumed-role/writer/{name}");
    assert_eq!(relayed.preface.principal.name(), arn("one"));
    let told = relayed.preface.iam.as_ref().unwrap();
    assert_eq!(told.identity_arn, "arn:aws:iam::000000000000:role/writer");

    for (sequence, session_name) in [(1, "two"), (2, "three")] {
        let credentials = session(&authn, "writer", session_name).await;
        // As a client does that was told to come again within the hour; not twice in a second.
        tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
        // It has no answer, like a produce with acks=0.
        client.write_all(&opaque(0, 5, 9)).await.unwrap();
        next_frame(&mut relayed.stream).await;
        let renewing = async { log_in(&mut client, &credentials).await };
        let (renewed, ()) = tokio::join!(renewing, pass_barrier(&mut relayed));
        assert_eq!(renewed.code, 0, "{}", renewed.message);
        assert!(renewed.lifetime_ms > 0);
        let update = next_frame(&mut relayed.stream).await;
        let id = &relayed.preface.connection_id;
        let update = ContextUpdate::decode(&update, &key, id, sequence).unwrap();
        assert_eq!(update.caller_arn, arn(session_name));
        let IamCaller::AssumedRole {
            session_name: told, ..
        } = update.iam.caller
        else {
            panic!("a session of a role");
        };
        assert_eq!(told, session_name);
        client.write_all(&opaque(3, 6, 9)).await.unwrap();
        let next = next_frame(&mut relayed.stream).await;
        assert_eq!(next[4..8], 6_i32.to_be_bytes());
        relayed.stream.write_all(&answer(6, 3)).await.unwrap();
        assert_eq!(next_frame(&mut client).await.len(), 7);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_role_is_another_principal() {
    let (authn, mut client, mut relayed, _) = started().await;
    let credentials = session(&authn, "reader", "one").await;
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    let (refused, ()) = tokio::join!(
        log_in(&mut client, &credentials),
        pass_barrier(&mut relayed)
    );
    assert_eq!(refused.code, 58);
    assert_eq!(
        refused.message,
        "Cannot change principals during re-authentication from \
         IAM.arn:aws:sts::000000000000:assumed-role/writer/one: \
         IAM.arn:aws:sts::000000000000:assumed-role/reader/one"
    );
}
