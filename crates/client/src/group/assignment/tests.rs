//! Cases for range assignment.

use super::*;

fn member(id: &str, instance_id: Option<&str>, topics: &[&str]) -> Member {
    Member {
        id: id.to_owned(),
        instance_id: instance_id.map(str::to_owned),
        topics: topics.iter().map(|t| TopicName::new(t).unwrap()).collect(),
    }
}

/// Shares as text, `member: topic-partition …`.
fn shares(members: &[Member], counts: &[(&str, usize)]) -> Vec<String> {
    let counts = counts.iter();
    let counts = counts.map(|(topic, count)| (TopicName::new(topic).unwrap(), *count));
    let shares = range(members, &counts.collect());
    let line = |(id, share): (String, Share)| {
        let partitions = share.into_iter().flat_map(|(topic, partitions)| {
            let name = move |partition| format!(" {topic}-{partition}");
            partitions.into_iter().map(name)
        });
        format!("{id}:{}", partitions.collect::<String>())
    };
    shares.into_iter().map(line).collect()
}

#[test]
fn partitions_go_out_in_neighbouring_ranges() {
    let members = [
        member("b", None, &["t", "u"]),
        member("a", None, &["t"]),
        member("c", None, &["t", "u", "missing"]),
    ];
    assert_eq!(
        shares(&members, &[("t", 5), ("u", 1)]),
        ["a: t-0 t-1", "b: t-2 t-3 u-0", "c: t-4"]
    );
}

#[test]
fn static_members_come_first_by_their_instance() {
    let members = [
        member("a", None, &["t"]),
        member("z", Some("1"), &["t"]),
        member("y", Some("2"), &["t"]),
    ];
    assert_eq!(
        shares(&members, &[("t", 3)]),
        ["a: t-2", "y: t-1", "z: t-0"]
    );
}

#[test]
fn more_members_than_partitions_leave_some_without() {
    let members = ["a", "b", "c"].map(|id| member(id, None, &["t"]));
    assert_eq!(shares(&members, &[("t", 2)]), ["a: t-0", "b: t-1", "c:"]);
}
