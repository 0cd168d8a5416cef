//! Which keys open what, and how what was taken away stops working.

use super::{CredentialView, LookupError};
use crate::store::NewSession;
use crate::store::test_store::{NOW_MS, TestStore, role, user};
use crate::{Author, Change, ChangesOfKind, KeyStatus, Kind, Name};
use identity::IamCaller;
use std::fs;

fn session(name: &str) -> NewSession {
    NewSession {
        session_name: name.to_owned(),
        source_identity: Some("eve".to_owned()),
        ..NewSession::default()
    }
}

fn view(test: &TestStore) -> CredentialView {
    let (view, problems) = CredentialView::load(test.store.dir()).unwrap();
    assert_eq!(problems, []);
    view
}

#[test]
fn a_users_key_gives_the_user() {
    let test = TestStore::new();
    let key = test
        .store
        .create_access_key(&user("alice"), NOW_MS)
        .unwrap();
    let credentials = view(&test).credentials();
    let caller = credentials
        .lookup(&key.access_key_id, None, NOW_MS)
        .unwrap();
    assert_eq!(caller.arn, "arn:aws:iam::123456789012:user/alice");
    assert_eq!(caller.context.identity_arn, caller.arn);
    assert_eq!(caller.context.expires_at_ms, None);
    assert_eq!(caller.secret, key.secret_access_key);
    let lookup = |id: &str, token| credentials.lookup(id, token, NOW_MS).unwrap_err();
    assert_eq!(lookup("AKIANOBODY", None), LookupError::UnknownKey);
    assert_eq!(lookup("", None), LookupError::UnknownKey);
    assert_eq!(
        lookup(&key.access_key_id, Some("x")),
        LookupError::TokenUnexpected
    );
}

#[test]
fn a_sessions_key_wants_its_token_and_its_time() {
    let test = TestStore::new();
    let made = test
        .store
        .assume_role(&role("reader"), &session("app-1"), NOW_MS)
        .unwrap();
    let other = test
        .store
        .assume_role(&role("reader"), &session("app-2"), NOW_MS)
        .unwrap();
    let credentials = view(&test).credentials();
    let id = &made.access_key_id;
    let token = made.session_token.expose().as_str();
    let caller = credentials.lookup(id, Some(token), NOW_MS).unwrap();
    assert_eq!(
        caller.arn,
        "arn:aws:sts::123456789012:assumed-role/reader/app-1"
    );
    assert_eq!(
        caller.context.identity_arn,
        "arn:aws:iam::123456789012:role/reader"
    );
    assert_eq!(caller.context.source_identity.as_deref(), Some("eve"));
    assert_eq!(caller.context.token_issued_at, Some(NOW_MS / 1000));
    let expected = IamCaller::AssumedRole {
        role: "reader".to_owned(),
        session_name: "app-1".to_owned(),
        session_id: id.clone(),
    };
    assert_eq!(caller.context.caller, expected);
    for (token, now_ms, error) in [
        (None, NOW_MS, LookupError::TokenMissing),
        (Some(""), NOW_MS, LookupError::TokenWrong),
        (
            Some(other.session_token.expose().as_str()),
            NOW_MS,
            LookupError::TokenWrong,
        ),
        (Some(token), NOW_MS + 3_600_000, LookupError::Expired),
    ] {
        assert_eq!(credentials.lookup(id, token, now_ms).unwrap_err(), error);
    }
    let of_user = test
        .store
        .session_token(&user("alice"), None, NOW_MS)
        .unwrap();
    let token = of_user.session_token.expose().as_str();
    let credentials = view(&test).credentials();
    let caller = credentials
        .lookup(&of_user.access_key_id, Some(token), NOW_MS)
        .unwrap();
    assert_eq!(caller.arn, "arn:aws:iam::123456789012:user/alice");
    assert_eq!(caller.context.expires_at_ms, Some(of_user.expires_at_ms));
}

#[test]
fn what_is_taken_away_stops_at_the_next_reload() {
    let test = TestStore::new();
    let alice = user("alice");
    let key = test.store.create_access_key(&alice, NOW_MS).unwrap();
    let made = test
        .store
        .assume_role(&role("reader"), &session("app-1"), NOW_MS)
        .unwrap();
    let token = Some(made.session_token.expose().as_str());
    let mut view = view(&test);
    let mut lookup = |id: &str, token| {
        assert_eq!(view.reload().problems, []);
        view.credentials().lookup(id, token, NOW_MS).map(drop)
    };
    let id = Name::parse(Kind::AccessKey, &key.access_key_id).unwrap();
    assert_eq!(lookup(id.as_str(), None), Ok(()));
    test.store
        .set_access_key_status(&alice, &id, KeyStatus::Inactive)
        .unwrap();
    assert_eq!(lookup(id.as_str(), None), Err(LookupError::Inactive));
    test.store
        .set_access_key_status(&alice, &id, KeyStatus::Active)
        .unwrap();
    assert_eq!(lookup(id.as_str(), None), Ok(()));
    test.store.delete_access_key(&alice, &id).unwrap();
    assert_eq!(lookup(id.as_str(), None), Err(LookupError::UnknownKey));
    assert_eq!(lookup(&made.access_key_id, token), Ok(()));
    // A new role of the old name is another one.
    test.store.delete_role(&role("reader")).unwrap();
    assert_eq!(
        lookup(&made.access_key_id, token),
        Err(LookupError::OwnerGone)
    );
    test.store
        .create_role(
            &role("reader"),
            None,
            None,
            None,
            Default::default(),
            NOW_MS,
        )
        .unwrap();
    assert_eq!(
        lookup(&made.access_key_id, token),
        Err(LookupError::OwnerGone)
    );
    fs::remove_file(test.path(&format!("sessions/{}.json", made.access_key_id))).unwrap();
    assert_eq!(
        lookup(&made.access_key_id, token),
        Err(LookupError::Revoked)
    );
}

#[test]
fn a_key_file_that_is_none_is_told_without_its_text() {
    let test = TestStore::new();
    let key = test
        .store
        .create_access_key(&user("alice"), NOW_MS)
        .unwrap();
    let mut view = view(&test);
    let path = format!("keys/{}.json", key.access_key_id);
    for (text, part) in [
        (
            r#"{"secret_access_key": "hunter2", "hunter3": 1}"#,
            "line 1, column 42",
        ),
        (
            r#"{"secret_access_key": ["hunter2"]}"#,
            "this is no secret of an access key",
        ),
    ] {
        test.edit(&path, text);
        let problems = view.reload().problems;
        let [problem] = problems.as_slice() else {
            panic!("{problems:?}");
        };
        assert!(problem.problem.contains(part), "{problem}");
        assert!(!problem.to_string().contains("hunter"), "{problem}");
        // The last good one still works.
        assert!(
            view.credentials()
                .lookup(&key.access_key_id, None, NOW_MS)
                .is_ok()
        );
        assert_eq!(view.reload().problems, [], "told twice");
    }
    let shown = format!("{view:?} {:?}", view.credentials());
    assert!(
        !shown.contains(key.secret_access_key.expose().as_str()),
        "{shown}"
    );
}

#[test]
fn a_secret_that_was_replaced_is_told_by_its_key() {
    let test = TestStore::new();
    let key = test
        .store
        .create_access_key(&user("alice"), NOW_MS)
        .unwrap();
    let mut view = view(&test);
    let path = format!("keys/{}.json", key.access_key_id);
    test.edit(&path, r#"{"secret_access_key": "hunter2"}"#);
    let changes = view.reload().changes;
    let told: Vec<_> = changes.iter().collect();
    let [("SecretAccessKey", ChangesOfKind { named, further: 0 })] = told[..] else {
        panic!("{told:?}");
    };
    assert_eq!(named[0].name, key.access_key_id);
    assert_eq!(named[0].change, Change::Changed);
    let by_hand = matches!(named[0].author, Author::Owner(_));
    assert!(by_hand && named.len() == 1, "{named:?}");
}
