//! Partition keys.

use super::{HashKeys, KEY_BYTES_MAX, Partition};
use crate::batch::Batch;
use crate::sink::fixture::{append, batch};
use crate::sink::records::Keys;

fn keys(choice: &str, batch: &Batch) -> Vec<String> {
    let partition: Partition = choice.parse().unwrap();
    let mut keys = partition.keys(batch);
    (0..batch.events().len())
        .map(|index| keys.key(index))
        .collect()
}

#[test]
fn keys_are_as_chosen() {
    let mut batch = batch(&[b"a", b"b"]);
    append(&mut batch, 2, "server.log", 0, &[b"c"]);
    append(&mut batch, 3, "", 0, &[b"d"]);
    assert_eq!(
        keys("log", &batch),
        ["server.log", "server.log", "server.log", "-"]
    );
    let ids = [
        "0000000000000001",
        "0000000000000001",
        "0000000000000002",
        "0000000000000003",
    ];
    assert_eq!(keys("file", &batch), ids);
    assert_eq!(keys("text:x", &batch), ["x"; 4]);
    for choice in ["random", "round-robin"] {
        let mut random = keys(choice, &batch);
        // A record that is sent again keeps its shard.
        assert_eq!(random, keys(choice, &batch));
        random.sort();
        random.dedup();
        assert_eq!(random.len(), 4);
    }
    for wrong in ["", "shard", "text:", &format!("text:{}", "x".repeat(257))] {
        assert!(wrong.parse::<Partition>().is_err(), "{wrong}");
    }
    let mut long = Batch::new("".into());
    append(&mut long, 1, &"\u{e4}".repeat(200), 0, &[b"a"]);
    assert_eq!(keys("log", &long)[0].len(), KEY_BYTES_MAX);
}

#[test]
fn hash_keys_spread_over_any_number_of_shards() {
    let keys = HashKeys::default();
    let places: Vec<u128> = (0..1000).map(|_| keys.next().parse().unwrap()).collect();
    for shards in [2, 3, 7, 16_u128] {
        let width = u128::MAX / shards + 1;
        for shard in 0..shards {
            let count = places
                .iter()
                .filter(|place| *place / width == shard)
                .count() as u128;
            let fair = 1000 / shards;
            assert!(
                count.abs_diff(fair) <= 3,
                "{count} of {fair} in {shard} of {shards}"
            );
        }
    }
}
