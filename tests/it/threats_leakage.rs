//! What somebody without rights learns about names: nothing. Whether a topic or a group exists, every answer has the
//! same bytes but for the name that was asked for. And a right that is taken away holds for the next request, even
//! while one is waiting.

mod requests;

use bytes::Bytes;
use protocol::messages::create_acls::{AclCreation, CreateAclsRequest};
use protocol::messages::fetch::FetchRequest;
use protocol::messages::find_coordinator::FindCoordinatorRequest;
use protocol::messages::list_groups::ListGroupsRequest;
use protocol::messages::metadata::MetadataRequest;
use protocol::messages::offset_commit::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use protocol::{ApiKey, ErrorCode, Request, Str};
use requests::{OWN, about_group, about_topic};
use tests::messages::{FETCH_VERSION, append, create_topic, fetch, fetch_request};
use tests::wire::Exchange;
use tests::{Authn, Wire, eventually};

const AUTHORIZER: &str = "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer\n\
                          super.users=User:admin\n";
/// Names of one length, of which one is there.
const PRESENT: &str = "secret-name-1";
const ABSENT: &str = "secret-name-2";

/// Codes of Kafka's protocol.
const TOPIC: i8 = 2;
const GROUP: i8 = 3;
const ALL: i8 = 2;
const READ: i8 = 3;
const DENY: i8 = 2;
const ALLOW: i8 = 3;

fn acl(resource_type: i8, name: &str, operation: i8, permission_type: i8) -> AclCreation {
    AclCreation {
        resource_type,
        resource_name: name.into(),
        resource_pattern_type: 3,
        principal: "User:bob".into(),
        host: "*".into(),
        operation,
        permission_type,
    }
}

fn create_acls(admin: &mut Wire, creations: Vec<AclCreation>) {
    let answer = admin.call(3, CreateAclsRequest { creations });
    assert!(answer.results.iter().all(|one| one.error_code.is_none()));
}

/// The bytes of the answer on a connection of its own, with the name blotted out.
fn told(authn: &Authn, (version, request): &(i16, Request), name: &str) -> Vec<u8> {
    let mut wire = authn.connect("bob");
    wire.send(*version, request.clone());
    let mut answer = wire.receive_frame().expect("an answer").to_vec();
    let places: Vec<usize> = answer
        .windows(name.len())
        .enumerate()
        .filter_map(|(place, bytes)| (bytes == name.as_bytes()).then_some(place))
        .collect();
    for place in places {
        answer[place..place + name.len()].fill(b'?');
    }
    answer
}

/// A group is there from its first offset on.
fn create_group(admin: &mut Wire) {
    let topic = OffsetCommitRequestTopic {
        name: PRESENT.into(),
        partitions: vec![OffsetCommitRequestPartition::default()],
        ..Default::default()
    };
    let request = OffsetCommitRequest {
        group_id: PRESENT.into(),
        generation_id_or_member_epoch: -1,
        topics: vec![topic],
        ..Default::default()
    };
    // The first to look for a coordinator makes the topic of groups.
    let coordinator_keys = vec![Str::from(PRESENT)];
    admin.call(
        4,
        FindCoordinatorRequest {
            coordinator_keys,
            ..Default::default()
        },
    );
    eventually("the group has its first offset", || {
        let answer = admin.call(9, request.clone());
        let code = answer.topics[0].partitions[0].error_code;
        code.is_none().then_some(())
    });
}

#[test]
fn whoever_may_not_cannot_tell_what_exists_from_what_does_not() {
    let (_broker, authn) = Authn::with_broker(AUTHORIZER);
    let mut admin = authn.connect("admin");
    create_topic(&mut admin, PRESENT, 1, &[]);
    append(&mut admin, PRESENT, 0, &["a secret"]);
    create_group(&mut admin);
    create_acls(
        &mut admin,
        vec![acl(TOPIC, OWN, ALL, ALLOW), acl(GROUP, OWN, ALL, ALLOW)],
    );

    let requests = |name: &str| {
        let name = Str::from(name);
        [about_topic(&name), about_group(&name)].concat()
    };
    for (about_present, about_absent) in requests(PRESENT).iter().zip(&requests(ABSENT)) {
        let what = about_present.1.api_key();
        assert_eq!(
            told(&authn, about_present, PRESENT),
            told(&authn, about_absent, ABSENT),
            "{what} tells whether the name exists"
        );
    }
    let mut bob = authn.connect("bob");
    let everything = MetadataRequest {
        topics: None,
        ..Default::default()
    };
    assert!(bob.call(12, everything).topics.is_empty());
    assert!(bob.call(4, ListGroupsRequest::default()).groups.is_empty());
    // None of the requests has done anything.
    let records = fetch(&mut admin, PRESENT, 0, 0);
    assert_eq!(
        (
            records.error_code,
            records.high_watermark,
            records.log_start_offset
        ),
        (ErrorCode::NONE, 1, 0)
    );
    assert_eq!(
        fetch(&mut admin, ABSENT, 0, 0).error_code,
        ErrorCode::UNKNOWN_TOPIC_OR_PARTITION
    );
}

#[test]
fn a_right_that_is_taken_away_during_a_long_fetch_is_gone_for_the_next() {
    let (_broker, authn) = Authn::with_broker(AUTHORIZER);
    let mut admin = authn.connect("admin");
    create_topic(&mut admin, OWN, 1, &[]);
    create_acls(&mut admin, vec![acl(TOPIC, OWN, READ, ALLOW)]);
    let mut bob = authn.connect("bob");
    assert!(fetch(&mut bob, OWN, 0, 0).error_code.is_none());
    // The next one is sent before the first is answered, and is acted on after it.
    let waiting = Request::Fetch(fetch_request(OWN, 0, 0, 30_000));
    bob.send(FETCH_VERSION, waiting);
    create_acls(&mut admin, vec![acl(TOPIC, OWN, READ, DENY)]);
    append(&mut admin, OWN, 0, &["a secret"]);
    let next = Request::Fetch(fetch_request(OWN, 0, 0, 0));
    bob.send(FETCH_VERSION, next);
    let codes = [0, 1].map(|_| {
        let (_, answer) = bob.receive(ApiKey::Fetch, FETCH_VERSION);
        let answer = FetchRequest::answer(answer);
        answer.responses[0].partitions[0].error_code
    });
    // What was allowed when it was asked is answered, as Kafka does.
    assert_eq!(
        codes,
        [ErrorCode::NONE, ErrorCode::TOPIC_AUTHORIZATION_FAILED]
    );
    let denied = fetch(&mut bob, OWN, 0, 0);
    assert_eq!(
        denied
            .records
            .map(|records| records.to_bytes())
            .unwrap_or_default(),
        Bytes::new()
    );
}
