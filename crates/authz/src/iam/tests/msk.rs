//! The use cases of Amazon MSK's guide: what each needs, and that without any part of it the rest
//! does not do.

use super::{World, allow};
use crate::iam::IamAction::{self, self as A};
use crate::iam::test_world::{ACCOUNT, UUID};

/// The guide's way to write a policy: actions on the cluster, on topics, on groups, on
/// transactional ids.
fn use_case(actions: &[IamAction]) -> World {
    let resources: Vec<String> = ["cluster", "topic", "group", "transactional-id"]
        .into_iter()
        .map(|kind| match kind {
            "cluster" => format!(r#""arn:aws:kafka:us-east-1:{ACCOUNT}:cluster/demo/{UUID}""#),
            kind => format!(r#""arn:aws:kafka:us-east-1:{ACCOUNT}:{kind}/demo/{UUID}/app-*""#),
        })
        .collect();
    let names: Vec<String> = actions
        .iter()
        .map(|action| format!("\"{action}\""))
        .collect();
    World::user([allow(
        &format!("[{}]", names.join(",")),
        &format!("[{}]", resources.join(",")),
    )])
}

const USE_CASES: [(&str, &[IamAction]); 8] = [
    ("create a topic", &[A::Connect, A::CreateTopic]),
    ("produce", &[A::Connect, A::DescribeTopic, A::WriteData]),
    (
        "consume",
        &[
            A::Connect,
            A::DescribeTopic,
            A::DescribeGroup,
            A::AlterGroup,
            A::ReadData,
        ],
    ),
    (
        "produce idempotently",
        &[
            A::Connect,
            A::DescribeTopic,
            A::WriteData,
            A::WriteDataIdempotently,
        ],
    ),
    (
        "produce transactionally",
        &[
            A::Connect,
            A::DescribeTopic,
            A::WriteData,
            A::DescribeTransactionalId,
            A::AlterTransactionalId,
        ],
    ),
    (
        "configure the cluster",
        &[
            A::Connect,
            A::DescribeClusterDynamicConfiguration,
            A::AlterClusterDynamicConfiguration,
        ],
    ),
    (
        "configure a topic",
        &[
            A::Connect,
            A::DescribeTopicDynamicConfiguration,
            A::AlterTopicDynamicConfiguration,
        ],
    ),
    (
        "alter a topic",
        &[A::Connect, A::DescribeTopic, A::AlterTopic],
    ),
];

#[test]
fn each_use_case_allows_its_actions_and_nothing_else() {
    for (name, actions) in USE_CASES {
        let world = use_case(actions);
        for action in IamAction::all() {
            let allowed = actions.contains(&action);
            assert_eq!(world.allows(action, "app-1"), allowed, "{name}: {action}");
            let is_named = action.arn_type() != crate::iam::ArnType::Cluster;
            if is_named {
                assert!(!world.allows(action, "other"), "{name}: {action}");
            }
        }
    }
}

#[test]
fn no_action_brings_another() {
    for action in IamAction::all() {
        let world = use_case(&[action]);
        for other in IamAction::all().filter(|other| *other != action) {
            assert!(!world.allows(other, "app-1"), "{action} brings {other}");
        }
    }
}

#[test]
fn the_administrators_policy_allows_every_action_on_the_cluster() {
    let arns = r#"["arn:aws:kafka:us-east-1:123456789012:*/demo/*"]"#;
    let world = World::user([allow(r#""kafka-cluster:*""#, arns)]);
    for action in IamAction::all() {
        let of_cluster = action.service() == "kafka-cluster";
        assert_eq!(world.allows(action, "any"), of_cluster, "{action}");
    }
}

#[test]
fn a_star_spans_slashes_and_incarnations_of_the_cluster() {
    let arns = r#""arn:aws:kafka:us-east-1:123456789012:topic/demo/*""#;
    let world = World::user([allow(
        r#"["kafka-cluster:*Topic", "kafka-cluster:Read*"]"#,
        arns,
    )]);
    assert!(world.allows(A::CreateTopic, "a/b"));
    assert!(world.allows(A::ReadData, "orders"));
    assert!(!world.allows(A::WriteData, "orders"));
    assert!(!world.allows(A::DescribeTopicDynamicConfiguration, "orders"));
}
