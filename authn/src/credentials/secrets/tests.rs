//! Polls of a source in memory: what comes, changes, goes, and what is wrong with it.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws::{SecretEntry, SecretText, SecretsError};
use identity::ScramMechanism;
use identity::control::ScramUser;

use service::admin::Health;

use super::{BadSecret, SecretFigures, SecretSource, SecretUsers, USERS_MAX};
use crate::credentials::{PhantomKey, ScramCredentials};
use crate::mechanism::SystemRandom;

const MECHANISM: ScramMechanism = ScramMechanism::Sha256;
const ALICE: &str = r#"{"username":"alice","password":"pw"}"#;

/// Secrets by name: version and text; `None` cannot be read.
#[derive(Clone, Debug, Default)]
struct Source(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    secrets: BTreeMap<String, (u32, Option<String>)>,
    is_down: bool,
    reads: u32,
}

impl Source {
    fn put(&self, name: &str, text: Option<&str>) {
        let mut state = self.0.lock().unwrap();
        let secret = state.secrets.entry(name.to_owned()).or_default();
        *secret = (secret.0 + 1, text.map(str::to_owned));
    }

    fn remove(&self, name: &str) {
        self.0.lock().unwrap().secrets.remove(name);
    }

    fn reads(&self) -> u32 {
        std::mem::take(&mut self.0.lock().unwrap().reads)
    }
}

impl SecretSource for Source {
    async fn list(&self, prefix: &str) -> Result<Vec<SecretEntry>, SecretsError> {
        assert_eq!(prefix, "AmazonMSK_");
        let state = self.0.lock().unwrap();
        if state.is_down {
            return Err(SecretsError::List("down".into()));
        }
        let entry = |(name, (version, _)): (&String, &(u32, _))| SecretEntry {
            name: name.clone(),
            arn: format!("arn:{name}"),
            version: version.to_string(),
        };
        Ok(state.secrets.iter().map(entry).collect())
    }

    async fn text(&self, entry: &SecretEntry) -> Result<SecretText, SecretsError> {
        let mut state = self.0.lock().unwrap();
        state.reads += 1;
        let text = state
            .secrets
            .get(&entry.name)
            .and_then(|(_, text)| text.clone());
        text.map(SecretText::new)
            .ok_or_else(|| SecretsError::NoText(entry.name.clone()))
    }
}

fn users(source: &Source) -> SecretUsers<Source> {
    SecretUsers::new(source.clone(), vec![MECHANISM], Arc::new(SystemRandom))
}

fn names(users: &[ScramUser]) -> Vec<&str> {
    users.iter().map(|user| &*user.name).collect()
}

/// Whether the user's credential is that of a password.
fn is_password(user: &ScramUser, password: &str) -> bool {
    let credential = &user.credential;
    let rounds = credential.iterations.try_into().unwrap();
    let expected = identity::ScramCredential::of_password(
        user.mechanism,
        password.as_bytes(),
        credential.salt.clone(),
        rounds,
    );
    expected == *credential
}

#[tokio::test]
async fn secrets_come_change_and_go() {
    let source = Source::default();
    let mut users = users(&source);
    let poll = users.poll().await.unwrap();
    assert!(poll.users.is_empty() && !poll.is_changed);

    source.put("AmazonMSK_a", Some(ALICE));
    source.put("AmazonMSK_b", Some(r#"{"password":"é","username":"bob"}"#));
    let first = users.poll().await.unwrap();
    assert_eq!(names(&first.users), ["alice", "bob"]);
    assert!(first.is_changed && first.bad.is_empty());
    assert!(is_password(&first.users[0], "pw") && is_password(&first.users[1], "é"));
    assert_eq!(source.reads(), 2);

    let same = users.poll().await.unwrap();
    assert!(!same.is_changed);
    assert_eq!(same.users, first.users);
    assert_eq!(source.reads(), 0, "unchanged secrets are not read");

    source.put("AmazonMSK_a", Some(&ALICE.replace("pw", "new")));
    let changed = users.poll().await.unwrap();
    assert!(changed.is_changed);
    assert!(is_password(&changed.users[0], "new"));
    assert_eq!(changed.users[1], first.users[1]);
    assert_eq!(source.reads(), 1);

    source.remove("AmazonMSK_a");
    let gone = users.poll().await.unwrap();
    assert!(gone.is_changed);
    assert_eq!(names(&gone.users), ["bob"]);
}

#[tokio::test]
async fn every_mechanism_gets_its_credential() {
    let source = Source::default();
    source.put("AmazonMSK_a", Some(ALICE));
    let mechanisms = identity::scram::MECHANISMS.to_vec();
    let mut users = SecretUsers::new(source, mechanisms, Arc::new(SystemRandom));
    let poll = users.poll().await.unwrap();
    assert_eq!(names(&poll.users), ["alice", "alice"]);
    assert!(poll.users.iter().all(|user| is_password(user, "pw")));
    assert_ne!(poll.users[0].credential.salt, poll.users[1].credential.salt);
}

#[tokio::test]
async fn bad_secrets_are_told_by_name_and_never_by_content() {
    let long = format!(
        r#"{{"username":"{}","password":"s3cr3t"}}"#,
        "x".repeat(256)
    );
    for (text, expected) in [
        ("s3cr3t", BadSecret::Form),
        ("", BadSecret::Form),
        (r#""s3cr3t""#, BadSecret::Form),
        (r#"{"username":"alice"}"#, BadSecret::Form),
        (r#"{"password":"s3cr3t"}"#, BadSecret::Form),
        (r#"{"username":"alice","password":1}"#, BadSecret::Form),
        (
            r#"{"username":"alice","password":"a","password":"s3cr3t"}"#,
            BadSecret::Form,
        ),
        (r#"{"username":"","password":"s3cr3t"}"#, BadSecret::Name),
        (
            r#"{"username":"älice","password":"s3cr3t"}"#,
            BadSecret::Name,
        ),
        (
            r#"{"username":"a\u0000","password":"s3cr3t"}"#,
            BadSecret::Name,
        ),
        (&long, BadSecret::Name),
        (r#"{"username":"alice","password":""}"#, BadSecret::Password),
    ] {
        let source = Source::default();
        source.put("AmazonMSK_bad", Some(text));
        source.put("AmazonMSK_good", Some(ALICE));
        let poll = users(&source).poll().await.unwrap();
        assert_eq!(names(&poll.users), ["alice"]);
        assert_eq!(poll.bad, [("AmazonMSK_bad".to_owned(), expected)], "{text}");
        let shown = format!("{} {:?} {poll:?}", poll.bad[0].1, poll.bad);
        assert!(!shown.contains("s3cr3t"), "{shown}");
    }
}

#[tokio::test]
async fn the_first_of_two_secrets_for_one_user_counts() {
    let source = Source::default();
    source.put("AmazonMSK_1", Some(&ALICE.replace("pw", "one")));
    source.put("AmazonMSK_2", Some(&ALICE.replace("pw", "two")));
    let mut users = users(&source);
    let poll = users.poll().await.unwrap();
    assert!(is_password(&poll.users[0], "one"));
    let same = BadSecret::SameUser("AmazonMSK_1".to_owned());
    assert_eq!(poll.bad, [("AmazonMSK_2".to_owned(), same)]);
    source.remove("AmazonMSK_1");
    let poll = users.poll().await.unwrap();
    assert!(is_password(&poll.users[0], "two"));
    assert!(poll.bad.is_empty());
}

#[tokio::test]
async fn a_secret_that_cannot_be_read_once_keeps_its_user() {
    let source = Source::default();
    source.put("AmazonMSK_a", Some(ALICE));
    let mut users = users(&source);
    users.poll().await.unwrap();
    source.put("AmazonMSK_a", None);
    let poll = users.poll().await.unwrap();
    assert!(is_password(&poll.users[0], "pw") && !poll.is_changed);
    // And is tried again.
    source.put("AmazonMSK_a", Some(&ALICE.replace("pw", "new")));
    let poll = users.poll().await.unwrap();
    assert!(is_password(&poll.users[0], "new"));
    // One that never could be read has none.
    source.put("AmazonMSK_b", None);
    let poll = users.poll().await.unwrap();
    assert!(matches!(poll.bad[0].1, BadSecret::Unreadable(_)));
}

#[tokio::test]
async fn while_the_service_is_down_nothing_changes() {
    let source = Source::default();
    source.put("AmazonMSK_a", Some(ALICE));
    let mut users = users(&source);
    let before = users.poll().await.unwrap();
    source.0.lock().unwrap().is_down = true;
    assert!(users.poll().await.is_err());
    source.0.lock().unwrap().is_down = false;
    let after = users.poll().await.unwrap();
    assert_eq!(after.users, before.users);
    assert!(!after.is_changed);
}

#[tokio::test]
async fn users_beyond_the_most_are_left_out_by_name() {
    let source = Source::default();
    for number in 0..=USERS_MAX {
        // Not a secret's form, so that no time goes into key derivation.
        source.put(&format!("AmazonMSK_{number:05}"), Some("x"));
    }
    let poll = users(&source).poll().await.unwrap();
    assert_eq!(poll.bad.len(), USERS_MAX + 1);
    let (name, problem) = poll.bad.last().unwrap();
    assert_eq!((&**name, problem), ("AmazonMSK_01000", &BadSecret::TooMany));
}

#[tokio::test]
async fn a_change_reaches_logins_with_the_next_poll() {
    let source = Source::default();
    let credentials = Arc::new(ScramCredentials::new(PhantomKey::new(&[1; 32])));
    let figures = Arc::new(SecretFigures::default());
    let health = Health::starting(&[super::COMPONENT]);
    source.0.lock().unwrap().is_down = true;
    let task = tokio::spawn(super::run(
        users(&source),
        Duration::from_millis(1),
        Arc::clone(&credentials),
        Arc::clone(&figures),
        health.clone(),
    ));
    let failures = || figures.failures.load(Ordering::Relaxed);
    until(|| failures() > 1).await;
    assert!(!health.report().is_ok(), "nobody of the secrets is known");
    source.0.lock().unwrap().is_down = false;
    until(|| health.report().is_ok()).await;
    let is_known = || credentials.find(MECHANISM, "alice").is_known;
    assert!(!is_known());
    source.put("AmazonMSK_a", Some(ALICE));
    until(is_known).await;
    source.0.lock().unwrap().is_down = true;
    let before = failures();
    until(|| failures() > before + 1).await;
    assert!(is_known() && health.report().is_ok());
    source.0.lock().unwrap().is_down = false;
    source.remove("AmazonMSK_a");
    until(|| !is_known()).await;
    task.abort();
}

#[test]
fn pauses_grow_while_the_service_is_down() {
    let five = Duration::from_secs(5);
    let pauses = std::iter::successors(Some(five), |pause| Some(super::longer(*pause, five)));
    let seconds: Vec<_> = pauses.map(|pause| pause.as_secs()).take(6).collect();
    assert_eq!(seconds, [5, 10, 20, 40, 60, 60]);
    let hour = Duration::from_secs(3600);
    assert_eq!(super::longer(hour, hour), hour);
}

async fn until(mut is_so: impl FnMut() -> bool) {
    let wait = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), wait)
        .await
        .unwrap();
}
