//! The classic group protocol by hand: joining, syncing, committing, leaving, and what survives.

use bytes::Bytes;
use protocol::messages::delete_groups::DeleteGroupsRequest;
use protocol::messages::describe_groups::DescribeGroupsRequest;
use protocol::messages::find_coordinator::FindCoordinatorRequest;
use protocol::messages::heartbeat::HeartbeatRequest;
use protocol::messages::join_group::{
    JoinGroupRequest, JoinGroupRequestProtocol, JoinGroupResponse,
};
use protocol::messages::leave_group::{LeaveGroupRequest, MemberIdentity};
use protocol::messages::offset_commit::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use protocol::messages::offset_fetch::{
    OffsetFetchRequest, OffsetFetchRequestGroup, OffsetFetchRequestTopics,
};
use protocol::messages::sync_group::{SyncGroupRequest, SyncGroupRequestAssignment};
use protocol::{ApiKey, ErrorCode, Request, Response};
use tests::messages::create_topic;
use tests::{Broker, Target, Wire, eventually};

const JOIN_VERSION: i16 = 9;

fn join_request(group: &str, member: &str, instance: Option<&str>) -> JoinGroupRequest {
    JoinGroupRequest {
        group_id: group.into(),
        session_timeout_ms: 6_000,
        rebalance_timeout_ms: 6_000,
        member_id: member.into(),
        group_instance_id: instance.map(Into::into),
        protocol_type: "consumer".into(),
        protocols: vec![JoinGroupRequestProtocol {
            name: "range".into(),
            metadata: Bytes::from_static(b"subscription"),
        }],
        reason: None,
    }
}

/// Asks for the group's coordinator until there is one: that is what creates `__consumer_offsets`.
fn coordinator(wire: &mut Wire, group: &str) -> i32 {
    eventually("the coordinator is there", || {
        let request = FindCoordinatorRequest {
            coordinator_keys: vec![group.into()],
            ..FindCoordinatorRequest::default()
        };
        let answer = wire.call(4, request);
        let coordinator = &answer.coordinators[0];
        coordinator
            .error_code
            .is_none()
            .then_some(coordinator.node_id)
    })
}

/// Joins as a new member: the id comes with the first answer, the generation with the second.
fn join(wire: &mut Wire, group: &str) -> JoinGroupResponse {
    coordinator(wire, group);
    let first = eventually("the coordinator is ready", || {
        let answer = wire.call(JOIN_VERSION, join_request(group, "", None));
        (answer.error_code == ErrorCode::MEMBER_ID_REQUIRED).then_some(answer)
    });
    let answer = wire.call(JOIN_VERSION, join_request(group, &first.member_id, None));
    assert_eq!(answer.error_code, ErrorCode::NONE);
    answer
}

fn sync(
    wire: &mut Wire,
    group: &str,
    joined: &JoinGroupResponse,
    assignments: &[(&str, &'static [u8])],
) -> (ErrorCode, Bytes) {
    let assignments = assignments
        .iter()
        .map(|(member, bytes)| SyncGroupRequestAssignment {
            member_id: (*member).into(),
            assignment: Bytes::from_static(bytes),
        });
    let request = SyncGroupRequest {
        group_id: group.into(),
        generation_id: joined.generation_id,
        member_id: joined.member_id.clone(),
        group_instance_id: None,
        protocol_type: Some("consumer".into()),
        protocol_name: Some("range".into()),
        assignments: assignments.collect(),
    };
    let answer = wire.call(5, request);
    (answer.error_code, answer.assignment)
}

fn heartbeat(wire: &mut Wire, group: &str, generation_id: i32, member: &str) -> ErrorCode {
    let request = HeartbeatRequest {
        group_id: group.into(),
        generation_id,
        member_id: member.into(),
        group_instance_id: None,
    };
    wire.call(4, request).error_code
}

fn commit(wire: &mut Wire, group: &str, generation: i32, member: &str, offset: i64) -> ErrorCode {
    let partition = OffsetCommitRequestPartition {
        partition_index: 0,
        committed_offset: offset,
        committed_leader_epoch: -1,
        committed_metadata: Some("words".into()),
    };
    let topic = OffsetCommitRequestTopic {
        name: "topic".into(),
        partitions: vec![partition],
        ..OffsetCommitRequestTopic::default()
    };
    let request = OffsetCommitRequest {
        group_id: group.into(),
        generation_id_or_member_epoch: generation,
        member_id: member.into(),
        topics: vec![topic],
        ..OffsetCommitRequest::default()
    };
    wire.call(9, request).topics[0].partitions[0].error_code
}

fn committed(wire: &mut Wire, group: &str) -> (i64, Option<String>) {
    let topic = OffsetFetchRequestTopics {
        name: "topic".into(),
        partition_indexes: vec![0],
        ..OffsetFetchRequestTopics::default()
    };
    let group = OffsetFetchRequestGroup {
        group_id: group.into(),
        topics: Some(vec![topic]),
        ..OffsetFetchRequestGroup::default()
    };
    let request = OffsetFetchRequest {
        groups: vec![group],
        ..OffsetFetchRequest::default()
    };
    eventually("the group's offsets are loaded", || {
        let answer = wire.call(9, request.clone());
        let group = &answer.groups[0];
        let partition = group
            .error_code
            .is_none()
            .then(|| &group.topics[0].partitions[0])?;
        Some((
            partition.committed_offset,
            partition
                .metadata
                .as_ref()
                .map(|text| text.as_str().to_owned()),
        ))
    })
}

fn state(wire: &mut Wire, group: &str) -> String {
    let answer = wire.call(
        5,
        DescribeGroupsRequest {
            groups: vec![group.into()],
            ..DescribeGroupsRequest::default()
        },
    );
    answer.groups[0].group_state.as_str().to_owned()
}

#[test]
fn the_coordinator_is_this_broker() {
    let target = Target::start();
    assert_eq!(coordinator(&mut target.connect(), "g"), 1);
}

#[test]
fn a_member_joins_syncs_commits_and_leaves() {
    let target = Target::start();
    let mut wire = target.connect();
    create_topic(&mut wire, "topic", 1, &[]);
    let joined = join(&mut wire, "solo");
    assert_eq!(joined.leader, joined.member_id);
    assert_eq!(joined.members.len(), 1);
    assert_eq!(
        sync(&mut wire, "solo", &joined, &[(&joined.member_id, b"all")]),
        (ErrorCode::NONE, Bytes::from_static(b"all"))
    );
    assert_eq!(state(&mut wire, "solo"), "Stable");
    assert_eq!(
        heartbeat(&mut wire, "solo", joined.generation_id, &joined.member_id),
        ErrorCode::NONE
    );
    assert_eq!(
        heartbeat(
            &mut wire,
            "solo",
            joined.generation_id + 1,
            &joined.member_id
        ),
        ErrorCode::ILLEGAL_GENERATION
    );
    assert_eq!(
        heartbeat(&mut wire, "solo", joined.generation_id, "stranger"),
        ErrorCode::UNKNOWN_MEMBER_ID
    );
    assert_eq!(
        commit(
            &mut wire,
            "solo",
            joined.generation_id,
            &joined.member_id,
            5
        ),
        ErrorCode::NONE
    );
    assert_eq!(
        commit(&mut wire, "solo", joined.generation_id, "stranger", 6),
        ErrorCode::UNKNOWN_MEMBER_ID
    );
    assert_eq!(committed(&mut wire, "solo"), (5, Some("words".into())));
    let member = MemberIdentity {
        member_id: joined.member_id.clone(),
        ..MemberIdentity::default()
    };
    let left = wire.call(
        5,
        LeaveGroupRequest {
            group_id: "solo".into(),
            members: vec![member],
            ..LeaveGroupRequest::default()
        },
    );
    assert_eq!(left.error_code, ErrorCode::NONE);
    assert_eq!(state(&mut wire, "solo"), "Empty");
}

#[test]
fn a_second_member_makes_the_first_rejoin() {
    let target = Target::start();
    let (mut one, mut two) = (target.connect(), target.connect());
    let first = join(&mut one, "pair");
    sync(&mut one, "pair", &first, &[(&first.member_id, b"all")]);
    let required = two.call(JOIN_VERSION, join_request("pair", "", None));
    assert_eq!(required.error_code, ErrorCode::MEMBER_ID_REQUIRED);
    two.send(
        JOIN_VERSION,
        Request::JoinGroup(join_request("pair", &required.member_id, None)),
    );
    eventually("the first member is told to rejoin", || {
        (heartbeat(&mut one, "pair", first.generation_id, &first.member_id)
            == ErrorCode::REBALANCE_IN_PROGRESS)
            .then_some(())
    });
    let again = one.call(JOIN_VERSION, join_request("pair", &first.member_id, None));
    let (_, Response::JoinGroup(second)) = two.receive(ApiKey::JoinGroup, JOIN_VERSION) else {
        panic!("a join")
    };
    assert_eq!(
        (again.error_code, second.error_code),
        (ErrorCode::NONE, ErrorCode::NONE)
    );
    assert_eq!(again.generation_id, second.generation_id);
    assert!(again.generation_id > first.generation_id);
    assert_eq!(
        again.members.len() + second.members.len(),
        2,
        "only the leader gets the members"
    );
}

#[test]
fn a_silent_member_is_dropped_after_its_session() {
    let target = Target::start();
    let mut wire = target.connect();
    let joined = join(&mut wire, "silent");
    sync(&mut wire, "silent", &joined, &[(&joined.member_id, b"all")]);
    eventually("the group is empty", || {
        (state(&mut wire, "silent") == "Empty").then_some(())
    });
}

#[test]
fn a_simple_consumer_commits_without_joining_and_its_group_is_deletable() {
    let target = Target::start();
    let mut wire = target.connect();
    create_topic(&mut wire, "topic", 1, &[]);
    coordinator(&mut wire, "simple");
    eventually("the coordinator is ready", || {
        (commit(&mut wire, "simple", -1, "", 3) == ErrorCode::NONE).then_some(())
    });
    assert_eq!(state(&mut wire, "simple"), "Empty");
    for expected in [ErrorCode::NONE, ErrorCode::GROUP_ID_NOT_FOUND] {
        let answer = wire.call(
            2,
            DeleteGroupsRequest {
                groups_names: vec!["simple".into()],
            },
        );
        assert_eq!(answer.results[0].error_code, expected);
    }
    assert_eq!(committed(&mut wire, "simple").0, -1);
}

#[test]
fn committed_offsets_survive_restarts_and_kills() {
    let mut broker = Broker::start("");
    let mut wire = broker.connect();
    create_topic(&mut wire, "topic", 1, &[]);
    for (round, offset) in [10_i64, 20, 30].into_iter().enumerate() {
        let mut wire = broker.connect();
        coordinator(&mut wire, "kept");
        eventually("the commit is taken", || {
            (commit(&mut wire, "kept", -1, "", offset) == ErrorCode::NONE).then_some(())
        });
        if round % 2 == 0 {
            broker.kill()
        } else {
            assert_eq!(broker.stop().code(), Some(0))
        }
        broker.start_again();
        assert_eq!(
            committed(&mut broker.connect(), "kept"),
            (offset, Some("words".into()))
        );
    }
}
