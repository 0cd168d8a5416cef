//! What the store refuses, and that nothing is lost between two who change it.

use super::test_store::{NOW_MS, READ, TestStore, policy, role, user};
use super::{Holder, NewSession, NewStore, Store};
use crate::{Kind, Name, StoreError};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;

fn tags<const N: usize>(tags: [(&str, &str); N]) -> BTreeMap<String, String> {
    tags.map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
}

fn session(name: &str) -> NewSession {
    NewSession {
        session_name: name.to_owned(),
        ..NewSession::default()
    }
}

type Attempt = fn(&Store) -> Result<(), StoreError>;

/// What is tried on a store whose alice has the managed policy `read`, and what is said.
const REFUSED: [(&str, Attempt); 14] = [
    ("there is a user 'alice' already", |store| {
        let made = store.create_user(&user("Alice"), None, tags([]), NOW_MS);
        made.map(drop)
    }),
    (
        "there is no user 'nobody'; `outrigger iam list-users`",
        |store| store.user(&user("nobody")).map(drop),
    ),
    ("there is no user 'nobody'", |store| {
        store.put_inline_policy(&Holder::User(user("nobody")), &policy("p"), READ)
    }),
    ("there is no policy 'none'", |store| {
        store.attach_policy(&alice(), &policy("none"))
    }),
    ("there is no policy 'none'", |store| {
        store.set_boundary(&alice(), Some(&policy("none")))
    }),
    ("there is a policy 'read' already", |store| {
        store.create_policy(&policy("READ"), READ)
    }),
    ("user alice has it; detach it first", |store| {
        store.delete_policy(&policy("read"))
    }),
    (
        "detach its policy read first (detach-user-policy)",
        |store| store.delete_user(&user("alice")),
    ),
    ("there is no policy 'other'", |store| {
        store.detach_policy(&alice(), &policy("other"))
    }),
    ("at most 50 tags", |store| {
        let many = (0..51).map(|at| (at.to_string(), String::new()));
        store.tag(&alice(), many.collect())
    }),
    ("is there twice", |store| {
        store.tag(&alice(), tags([("a", ""), ("A", "")]))
    }),
    ("no ARN of this store", |store| {
        let foreign = "arn:aws:iam::999999999999:user/alice";
        store.context_of(foreign, NOW_MS).map(drop)
    }),
    ("`outrigger iam assume-role` makes one", |store| {
        let role = "arn:aws:iam::123456789012:role/reader";
        store.context_of(role, NOW_MS).map(drop)
    }),
    ("the policy is not taken", |store| {
        store.put_inline_policy(&alice(), &policy("p"), "{}")
    }),
];

fn alice() -> Holder {
    Holder::User(user("alice"))
}

#[test]
fn every_refusal_names_the_thing_and_the_remedy_and_changes_nothing() {
    let test = TestStore::new();
    let store = &test.store;
    store.create_policy(&policy("read"), READ).unwrap();
    store.attach_policy(&alice(), &policy("read")).unwrap();
    let before = store.users().unwrap();
    for (part, attempt) in REFUSED {
        let error = attempt(store).unwrap_err();
        assert!(error.to_string().contains(part), "{error}");
    }
    assert_eq!(store.users().unwrap(), before);
    assert_eq!(store.inline_policies(&alice()).unwrap(), [""; 0]);
    assert_eq!(store.policies().unwrap(), ["read"]);
}

#[test]
fn a_session_is_refused_with_the_reason() {
    let test = TestStore::new();
    let long = NewSession {
        duration_seconds: Some(3601),
        ..session("app-1")
    };
    let of_alice = NewSession {
        caller: Some(user("alice")),
        ..session("app-1")
    };
    for (name, new, part) in [
        ("reader", long, "1 to 3600 seconds, not 3601"),
        ("reader", session("a/b"), "no name of a session"),
        ("none", session("app-1"), "there is no role 'none'"),
        (
            "reader",
            of_alice,
            "user alice may not assume role reader: no statement of the caller's own policies",
        ),
    ] {
        let error = test.store.assume_role(&role(name), &new, NOW_MS);
        let error = error.unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
    assert_eq!(test.store.sessions(NOW_MS).unwrap().len(), 0);
}

#[test]
fn a_third_key_and_the_key_of_another_are_refused() {
    let test = TestStore::new();
    let alice = user("alice");
    let first = test.store.create_access_key(&alice, NOW_MS).unwrap();
    test.store.create_access_key(&alice, NOW_MS).unwrap();
    let error = test.store.create_access_key(&alice, NOW_MS).unwrap_err();
    assert!(error.to_string().contains("delete one first"), "{error}");
    test.store.ensure_user(&user("bob"), NOW_MS).unwrap();
    let id = Name::parse(Kind::AccessKey, &first.access_key_id).unwrap();
    assert!(test.store.delete_access_key(&user("bob"), &id).is_err());
    test.store.delete_access_key(&alice, &id).unwrap();
    assert_eq!(test.store.access_keys(&alice).unwrap().len(), 1);
    assert!(
        test.store
            .ensure_access_key(&alice, NOW_MS)
            .unwrap()
            .is_none()
    );
    assert!(
        test.store
            .ensure_access_key(&user("bob"), NOW_MS)
            .unwrap()
            .is_some()
    );
}

#[test]
fn changes_of_many_at_once_are_all_kept() {
    let test = TestStore::new();
    let dir = test.store.dir().to_path_buf();
    std::thread::scope(|scope| {
        for writer in 0..8 {
            let dir = &dir;
            scope.spawn(move || {
                let store = Store::open(dir).unwrap();
                for at in 0..5 {
                    let tag = tags([(format!("t{writer}-{at}").as_str(), "x")]);
                    store.tag(&Holder::User(user("alice")), tag).unwrap();
                }
            });
        }
    });
    assert_eq!(test.store.user(&user("alice")).unwrap().tags.len(), 40);
}

#[test]
fn sessions_end_are_listed_and_are_cleared_away() {
    let test = TestStore::new();
    let store = &test.store;
    let short = NewSession {
        duration_seconds: Some(5),
        ..session("app-1")
    };
    let first = store.assume_role(&role("reader"), &short, NOW_MS).unwrap();
    assert_eq!(
        first.arn,
        "arn:aws:sts::123456789012:assumed-role/reader/app-1"
    );
    assert_eq!(first.expires_at_ms, NOW_MS + 5000);
    let (principal, context) = store.context_of(&first.arn, NOW_MS).unwrap();
    assert_eq!(principal.to_string(), format!("IAM:{}", first.arn));
    assert_eq!(context.user_id, first.user_id);
    assert_eq!(store.sessions(NOW_MS + 4999).unwrap().len(), 1);
    assert_eq!(store.sessions(NOW_MS + 5000).unwrap().len(), 0);
    let second = store
        .session_token(&user("alice"), None, NOW_MS + 5000)
        .unwrap();
    let file = |id: &str, folder: &str| test.path(&format!("{folder}/{id}.json"));
    for folder in ["keys", "sessions"] {
        assert!(!file(&first.access_key_id, folder).exists(), "{folder}");
        assert!(file(&second.access_key_id, folder).exists(), "{folder}");
    }
    let id = Name::parse(Kind::AccessKey, &second.access_key_id).unwrap();
    store.revoke_session(&id).unwrap();
    assert!(store.revoke_session(&id).is_err());
    assert!(!file(&second.access_key_id, "keys").exists());
}

#[test]
fn files_are_for_the_owner_alone_and_no_session_file_holds_a_secret() {
    let test = TestStore::new();
    let made = test
        .store
        .assume_role(&role("reader"), &session("app-1"), NOW_MS)
        .unwrap();
    let key = test
        .store
        .create_access_key(&user("alice"), NOW_MS)
        .unwrap();
    let mut folders = vec![test.store.dir().to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o077;
            assert_eq!(mode, 0, "{}", path.display());
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            assert!(
                !text.contains(made.session_token.expose().as_str()),
                "{}",
                path.display()
            );
            let is_key = path.parent().unwrap().ends_with("keys");
            for secret in [&made.secret_access_key, &key.secret_access_key] {
                let holds = text.contains(secret.expose().as_str());
                assert!(is_key || !holds, "{}", path.display());
            }
        }
    }
    let shown = format!("{made:?} {key:?}");
    assert!(
        !shown.contains(key.secret_access_key.expose().as_str()),
        "{shown}"
    );
    assert!(
        !shown.contains(made.session_token.expose().as_str()),
        "{shown}"
    );
}

#[test]
fn a_store_is_opened_only_where_one_of_a_known_version_is_and_its_keys_are_private() {
    let test = TestStore::new();
    let dir = test.store.dir();
    let text = fs::read_to_string(test.path("store.json")).unwrap();
    for (from, to, part) in [
        (
            "\"version\": 1",
            "\"version\": 2",
            "is of version 2, and this program knows version 1; use a newer",
        ),
        (
            "123456789012",
            "12345",
            "'12345' is no account id; it has 12 digits",
        ),
        (
            "\"demo\"",
            "\"de/mo\"",
            "cluster_name 'de/mo' is not of letters",
        ),
        ("\"region\"", "\"regoin\"", "unknown field `regoin`"),
    ] {
        test.edit("store.json", &text.replace(from, to));
        let error = Store::open(dir).unwrap_err();
        assert!(error.to_string().contains(part), "{error}");
    }
    test.edit("store.json", &text);
    fs::set_permissions(test.path("keys"), fs::Permissions::from_mode(0o750)).unwrap();
    let error = Store::open(dir).unwrap_err();
    assert!(error.to_string().contains("chmod 700"), "{error}");
    let error = Store::open(test.dir.path()).unwrap_err();
    assert!(matches!(error, StoreError::NoStore(_)), "{error}");
    let again = NewStore {
        partition: "aws".to_owned(),
        region: "us-east-1".to_owned(),
        account_id: "123456789012".to_owned(),
        cluster_name: "demo".to_owned(),
        cluster_uuid: None,
    };
    fs::set_permissions(test.path("keys"), fs::Permissions::from_mode(0o700)).unwrap();
    let error = Store::create(dir, &again).unwrap_err();
    assert!(error.to_string().contains("already"), "{error}");
    assert_eq!(
        Store::open_or_create(dir, &again).unwrap().record(),
        test.store.record()
    );
}
