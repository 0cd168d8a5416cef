//! What the engine is given, also where files are broken: never more than people meant.

use super::PolicyView;
use crate::changes::NAMED_MAX;
use crate::store::test_store::{NOW_MS, READ, TestStore, WRITE, policy, role, user};
use crate::store::{Holder, NewSession};
use authz::Subject;
use authz::iam::{IamAction, IamEngine};
use identity::Principal;

/// Whether who has this ARN may read, as the view has it now.
fn may(test: &TestStore, view: &PolicyView, arn: &str, action: IamAction) -> bool {
    let Ok((principal, context)) = test.store.context_of(arn, NOW_MS) else {
        return false;
    };
    decide(view, &principal, &context, action)
}

fn decide(
    view: &PolicyView,
    principal: &Principal,
    context: &identity::IamContext,
    action: IamAction,
) -> bool {
    let subject = Subject {
        principal,
        iam: Some(context),
        client_address: [127, 0, 0, 1].into(),
        secure: true,
        now_ms: NOW_MS,
    };
    let engine = IamEngine::new(view.policies());
    engine.decide(&subject, action, "orders").is_allowed()
}

const ALICE: &str = "arn:aws:iam::123456789012:user/alice";
const READER: &str = "arn:aws:iam::123456789012:role/reader";

fn alice() -> Holder {
    Holder::User(user("alice"))
}

fn reload(view: &mut PolicyView) -> Vec<String> {
    view.reload()
        .problems
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[test]
fn policies_of_every_kind_are_in_force_after_a_reload() {
    let test = TestStore::new();
    let store = &test.store;
    let (mut view, problems) = PolicyView::load(store.dir()).unwrap();
    assert_eq!(problems, []);
    assert!(!may(&test, &view, ALICE, IamAction::ReadData));
    store
        .put_inline_policy(&alice(), &policy("own"), READ)
        .unwrap();
    store.create_policy(&policy("write"), WRITE).unwrap();
    store.attach_policy(&alice(), &policy("write")).unwrap();
    assert_eq!(reload(&mut view), [""; 0]);
    assert!(may(&test, &view, ALICE, IamAction::ReadData));
    assert!(may(&test, &view, ALICE, IamAction::WriteData));
    store
        .set_boundary(&alice(), Some(&policy("write")))
        .unwrap();
    assert_eq!(reload(&mut view), [""; 0]);
    assert!(!may(&test, &view, ALICE, IamAction::ReadData));
    store.set_boundary(&alice(), None).unwrap();
    store
        .delete_inline_policy(&alice(), &policy("own"))
        .unwrap();
    store.detach_policy(&alice(), &policy("write")).unwrap();
    assert_eq!(reload(&mut view), [""; 0]);
    assert!(!may(&test, &view, ALICE, IamAction::WriteData));
    let on_cluster = r#"{"Statement": {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:user/alice"}, "Action": "kafka-cluster:ReadData", "Resource": "*"}}"#;
    store.put_cluster_policy(on_cluster).unwrap();
    assert_eq!(reload(&mut view), [""; 0]);
    assert!(may(&test, &view, ALICE, IamAction::ReadData));
    store.delete_cluster_policy().unwrap();
    assert_eq!(reload(&mut view), [""; 0]);
    assert!(!may(&test, &view, ALICE, IamAction::ReadData));
}

#[test]
fn a_session_has_what_its_role_has_within_its_own_policy() {
    let test = TestStore::new();
    let reader = Holder::Role(role("reader"));
    test.store
        .put_inline_policy(&reader, &policy("r"), READ)
        .unwrap();
    test.store
        .put_inline_policy(&reader, &policy("w"), WRITE)
        .unwrap();
    let session = |name: &str, policy: Option<&str>| {
        let new = NewSession {
            session_name: name.to_owned(),
            policy: policy.map(str::to_owned),
            ..NewSession::default()
        };
        test.store
            .assume_role(&role("reader"), &new, NOW_MS)
            .unwrap()
            .arn
    };
    let (whole, limited) = (session("app-1", None), session("app-2", Some(WRITE)));
    let (mut view, _) = PolicyView::load(test.store.dir()).unwrap();
    assert!(may(&test, &view, &whole, IamAction::ReadData));
    assert!(may(&test, &view, &limited, IamAction::WriteData));
    assert!(!may(&test, &view, &limited, IamAction::ReadData));
    // A revoked session stops, though its connection still has its context.
    let (principal, context) = test.store.context_of(&whole, NOW_MS).unwrap();
    let id = crate::Name::parse(crate::Kind::AccessKey, &context.access_key_id).unwrap();
    test.store.revoke_session(&id).unwrap();
    assert_eq!(reload(&mut view), [""; 0]);
    assert!(!decide(&view, &principal, &context, IamAction::ReadData));
}

#[test]
fn what_a_user_logged_in_with_can_be_withdrawn() {
    let test = TestStore::new();
    test.store
        .put_inline_policy(&alice(), &policy("own"), READ)
        .unwrap();
    let key = test
        .store
        .create_access_key(&user("alice"), NOW_MS)
        .unwrap();
    let id = crate::Name::parse(crate::Kind::AccessKey, &key.access_key_id).unwrap();
    let made = test
        .store
        .session_token(&user("alice"), None, NOW_MS)
        .unwrap();
    let session = crate::Name::parse(crate::Kind::AccessKey, &made.access_key_id).unwrap();
    let credentials = crate::CredentialView::load(test.store.dir())
        .unwrap()
        .0
        .credentials();
    let by_key = credentials.lookup(id.as_str(), None, NOW_MS).unwrap();
    let token = Some(made.session_token.expose().as_str());
    let by_session = credentials.lookup(session.as_str(), token, NOW_MS).unwrap();
    let (mut view, _) = PolicyView::load(test.store.dir()).unwrap();
    let mut both = || {
        assert_eq!(reload(&mut view), [""; 0]);
        [&by_key, &by_session].map(|caller| {
            let principal = Principal::iam(&caller.arn);
            decide(&view, &principal, &caller.context, IamAction::ReadData)
        })
    };
    assert_eq!(both(), [true, true]);
    let set = |status| {
        test.store
            .set_access_key_status(&user("alice"), &id, status)
    };
    set(crate::KeyStatus::Inactive).unwrap();
    assert_eq!(both(), [false, true]);
    set(crate::KeyStatus::Active).unwrap();
    test.store.revoke_session(&session).unwrap();
    assert_eq!(both(), [true, false]);
    test.store.delete_access_key(&user("alice"), &id).unwrap();
    assert_eq!(both(), [false, false]);
}

#[test]
fn a_broken_file_leaves_its_last_good_content_in_force_and_is_told_once() {
    let test = TestStore::new();
    test.store
        .put_inline_policy(&alice(), &policy("own"), READ)
        .unwrap();
    let (mut view, _) = PolicyView::load(test.store.dir()).unwrap();
    test.edit("user-policies/alice~own.json", "{\n\"Statement\": [}");
    let problems = reload(&mut view);
    let [problem] = problems.as_slice() else {
        panic!("{problems:?}");
    };
    assert!(
        problem.contains("alice~own.json: line 2, column 15: "),
        "{problem}"
    );
    assert!(may(&test, &view, ALICE, IamAction::ReadData));
    assert_eq!(reload(&mut view), [""; 0]);
    // Everything else moves on.
    test.store
        .create_user(&user("bob"), None, Default::default(), NOW_MS)
        .unwrap();
    test.store
        .put_inline_policy(&Holder::User(user("bob")), &policy("p"), READ)
        .unwrap();
    assert_eq!(reload(&mut view), [""; 0]);
    assert!(may(
        &test,
        &view,
        "arn:aws:iam::123456789012:user/bob",
        IamAction::ReadData
    ));
    // Put right, it counts.
    test.edit("user-policies/alice~own.json", WRITE);
    assert_eq!(reload(&mut view), [""; 0]);
    assert!(!may(&test, &view, ALICE, IamAction::ReadData));
    assert!(may(&test, &view, ALICE, IamAction::WriteData));
}

#[test]
fn what_never_could_be_read_denies() {
    let broken = "{ this is no policy";
    // Each might have held a denial.
    for (path, arn) in [
        ("user-policies/alice~deny.json", ALICE),
        ("users/alice.json", ALICE),
        ("role-policies/reader~deny.json", READER),
        ("trust-policies/reader.json", READER),
        ("cluster-policy.json", ALICE),
        ("cluster-policy.json", READER),
    ] {
        let test = TestStore::new();
        test.store
            .put_inline_policy(&alice(), &policy("own"), READ)
            .unwrap();
        let reader = Holder::Role(role("reader"));
        test.store
            .put_inline_policy(&reader, &policy("own"), READ)
            .unwrap();
        let new = NewSession {
            session_name: "app-1".to_owned(),
            ..NewSession::default()
        };
        test.store
            .assume_role(&role("reader"), &new, NOW_MS)
            .unwrap();
        let (principal, context) = test.store.context_of(arn, NOW_MS).unwrap();
        let (view, _) = PolicyView::load(test.store.dir()).unwrap();
        assert!(
            decide(&view, &principal, &context, IamAction::ReadData),
            "{path}"
        );
        test.edit(path, broken);
        let (view, problems) = PolicyView::load(test.store.dir()).unwrap();
        assert_eq!(problems.len(), 1, "{path}: {problems:?}");
        assert!(
            !decide(&view, &principal, &context, IamAction::ReadData),
            "{path}"
        );
    }
}

#[test]
fn who_names_a_policy_that_is_not_there_may_do_nothing() {
    let test = TestStore::new();
    test.store
        .put_inline_policy(&alice(), &policy("own"), READ)
        .unwrap();
    test.store.create_policy(&policy("less"), WRITE).unwrap();
    test.store.attach_policy(&alice(), &policy("less")).unwrap();
    std::fs::remove_file(test.path("policies/less.json")).unwrap();
    let (view, problems) = PolicyView::load(test.store.dir()).unwrap();
    assert!(
        problems[0].problem.contains("'less', which does not exist"),
        "{problems:?}"
    );
    assert!(!may(&test, &view, ALICE, IamAction::ReadData));
}

#[test]
fn files_of_others_are_not_looked_at() {
    let test = TestStore::new();
    for path in [
        "users/bob.json~",
        "users/.bob.json.1.tmp",
        "users/README",
        "policies/x.txt",
    ] {
        test.edit(path, "{");
    }
    let (_, problems) = PolicyView::load(test.store.dir()).unwrap();
    assert_eq!(problems, []);
}

#[test]
fn what_cannot_be_looked_at_is_not_taken_for_deleted() {
    const DENY: &str =
        r#"{"Statement": {"Effect": "Deny", "Action": "kafka-cluster:ReadData", "Resource": "*"}}"#;
    const DENY_ALL: &str =
        r#"{"Statement": {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}}"#;
    // A link to itself can be listed, and neither be looked at nor be read; not even by root.
    let break_it = |path: &std::path::Path| {
        let is_dir = path.is_dir();
        let removed = if is_dir {
            std::fs::remove_dir_all(path)
        } else {
            std::fs::remove_file(path)
        };
        removed.unwrap();
        std::os::unix::fs::symlink(path, path).unwrap();
    };
    for broken in [
        "user-policies/alice~deny.json",
        "user-policies",
        "cluster-policy.json",
    ] {
        let test = TestStore::new();
        let store = &test.store;
        store.create_policy(&policy("read"), READ).unwrap();
        store.attach_policy(&alice(), &policy("read")).unwrap();
        let load = || PolicyView::load(store.dir()).unwrap().0;
        assert!(may(&test, &load(), ALICE, IamAction::ReadData));
        if broken == "cluster-policy.json" {
            store.put_cluster_policy(DENY_ALL).unwrap();
        } else {
            store
                .put_inline_policy(&alice(), &policy("deny"), DENY)
                .unwrap();
        }
        let mut view = load();
        assert!(!may(&test, &view, ALICE, IamAction::ReadData));
        break_it(&store.dir().join(broken));
        assert_eq!(reload(&mut view).len(), 1, "{broken}");
        let after = may(&test, &view, ALICE, IamAction::ReadData);
        assert!(!after, "{broken}: the denial that was read stays");
        let fresh = may(&test, &load(), ALICE, IamAction::ReadData);
        assert!(!fresh, "{broken}: nobody knows what it says");
    }
}

/// What a reload tells of changes, a line each.
fn changes(view: &mut PolicyView) -> Vec<String> {
    let changes = view.reload().changes;
    let lines = changes.iter().flat_map(|(kind, changes)| {
        let named = changes.named.iter();
        let further = (changes.further > 0).then(|| format!("{kind}: {} more", changes.further));
        named
            .map(move |named| format!("{kind} {} {}", named.name, named.change.name()))
            .chain(further)
    });
    lines.collect()
}

#[test]
fn what_changed_is_told_by_kind_and_name() {
    let test = TestStore::new();
    let store = &test.store;
    let (mut view, _) = PolicyView::load(store.dir()).unwrap();
    assert_eq!(changes(&mut view), [""; 0]);
    store.create_policy(&policy("write"), WRITE).unwrap();
    store.attach_policy(&alice(), &policy("write")).unwrap();
    let inline = policy("own");
    store.put_inline_policy(&alice(), &inline, READ).unwrap();
    let key = store.create_access_key(&user("alice"), NOW_MS).unwrap();
    let made = [
        format!("AccessKey {} created", key.access_key_id),
        "Policy write created".to_owned(),
        "User alice changed".to_owned(),
        "UserPolicy alice~own created".to_owned(),
    ];
    assert_eq!(changes(&mut view), made);
    assert_eq!(changes(&mut view), [""; 0], "told twice");
    store.delete_inline_policy(&alice(), &inline).unwrap();
    test.edit("policies/write.json", "{");
    test.edit("cluster-policy.json", "{");
    let told = changes(&mut view);
    let broken = [
        "ClusterPolicy demo refused",
        "Policy write refused",
        "UserPolicy alice~own deleted",
    ];
    assert_eq!(told, broken);
    std::fs::remove_file(test.path("cluster-policy.json")).unwrap();
    assert_eq!(changes(&mut view), ["ClusterPolicy demo deleted"]);
}

#[test]
fn a_flood_of_one_kind_of_change_hides_no_other() {
    let test = TestStore::new();
    let (mut view, _) = PolicyView::load(test.store.dir()).unwrap();
    for number in 0..NAMED_MAX + 7 {
        test.edit(&format!("policies/p{number:03}.json"), READ);
    }
    test.edit("roles/late.json", "{");
    let told = changes(&mut view);
    assert_eq!(told.len(), NAMED_MAX + 2);
    assert_eq!(told[0], "Policy p000 created");
    let end = ["Policy: 7 more", "Role late refused"];
    assert_eq!(told[NAMED_MAX..], end);
}
