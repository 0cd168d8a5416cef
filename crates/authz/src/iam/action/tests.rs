//! The table of actions is Amazon's.

use super::{ACTIONS, ActionSet, IamAction};
use crate::{Operation, ResourceType};

#[test]
fn rows_stand_in_the_order_of_the_enum() {
    for (at, row) in ACTIONS.iter().enumerate() {
        assert_eq!(row.0 as usize, at, "{row:?}");
    }
}

#[test]
fn names_are_found_in_any_case_and_only_with_their_own_service() {
    for action in IamAction::all() {
        let full = action.to_string();
        for text in [&full, &full.to_lowercase(), &full.to_uppercase()] {
            assert_eq!(IamAction::named(text), Some(action), "{text}");
        }
        assert_eq!(IamAction::named(action.name()), Some(action));
        assert_eq!(IamAction::named(&format!("s3:{}", action.name())), None);
    }
    assert_eq!(IamAction::named("kafka-cluster:ReedData"), None);
}

#[test]
fn every_cluster_action_but_connect_is_one_operation() {
    let kinds = [
        ResourceType::Cluster,
        ResourceType::DelegationToken,
        ResourceType::Group,
        ResourceType::Topic,
        ResourceType::TransactionalId,
    ];
    let mut found: Vec<IamAction> = kinds
        .into_iter()
        .flat_map(|kind| {
            Operation::ALL
                .into_iter()
                .filter_map(move |operation| IamAction::of(operation, kind))
        })
        .collect();
    found.sort_unstable();
    let expected: Vec<IamAction> = IamAction::all()
        .filter(|action| action.service() == "kafka-cluster" && *action != IamAction::Connect)
        .collect();
    assert_eq!(found, expected);
    for (operation, kind) in [
        (Operation::Create, ResourceType::Cluster),
        (Operation::Delete, ResourceType::Cluster),
        (Operation::ClusterAction, ResourceType::Cluster),
        (Operation::DescribeConfigs, ResourceType::Group),
        (Operation::AlterConfigs, ResourceType::Group),
        (Operation::Describe, ResourceType::DelegationToken),
    ] {
        assert_eq!(IamAction::of(operation, kind), None);
    }
}

#[test]
fn a_set_and_its_complement_are_everything() {
    let set = ActionSet::of(|action| action.name().contains("Topic"));
    assert!(set.contains(IamAction::CreateTopic));
    assert!(!set.contains(IamAction::ReadData));
    let all = ActionSet::of(|_| true);
    assert_eq!(set.union(set.complement()), all);
    assert!(all.complement().is_empty());
}
