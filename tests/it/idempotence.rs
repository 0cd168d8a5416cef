//! Idempotent producers: the sequence rules, and that they hold over restarts.

use protocol::ErrorCode;
use protocol::messages::init_producer_id::InitProducerIdRequest;
use tests::messages::{create_topic, produce, sequenced_batch, values_from};
use tests::{Broker, Target, Wire};

fn producer_id(wire: &mut Wire) -> (i64, i16) {
    let request = InitProducerIdRequest {
        transactional_id: None,
        producer_id: -1,
        producer_epoch: -1,
        transaction_timeout_ms: 60_000,
    };
    let answer = wire.call(4, request);
    assert_eq!(answer.error_code, ErrorCode::NONE);
    (answer.producer_id, answer.producer_epoch)
}

/// Sends batches of two records from the given sequences and gives (code, base offset) of each.
fn send(wire: &mut Wire, topic: &str, id: (i64, i16), sequences: &[i32]) -> Vec<(ErrorCode, i64)> {
    let one = |sequence: &i32| {
        let (first, second) = (format!("{sequence}"), format!("{}", sequence + 1));
        let batch = sequenced_batch(id.0, id.1, *sequence, &[&first, &second]);
        let answer = produce(wire, topic, 0, batch);
        (answer.error_code, answer.base_offset)
    };
    sequences.iter().map(one).collect()
}

#[test]
fn producer_ids_differ() {
    let target = Target::start();
    let mut wire = target.connect();
    let (one, two) = (producer_id(&mut wire), producer_id(&mut wire));
    assert_ne!(one.0, two.0);
    assert_eq!((one.1, two.1), (0, 0));
}

#[test]
fn a_repeated_batch_is_answered_with_its_offset() {
    let target = Target::start();
    let mut wire = target.connect();
    create_topic(&mut wire, "repeat", 1, &[]);
    let id = producer_id(&mut wire);
    let sent = send(&mut wire, "repeat", id, &[0, 2, 4, 6, 8, 4, 8, 0]);
    let none = ErrorCode::NONE;
    assert_eq!(
        sent,
        [
            (none, 0),
            (none, 2),
            (none, 4),
            (none, 6),
            (none, 8),
            (none, 4),
            (none, 8),
            (none, 0)
        ]
    );
    assert_eq!(values_from(&mut wire, "repeat", 0, 0).len(), 10);
}

#[test]
fn a_gap_is_out_of_order() {
    let target = Target::start();
    let mut wire = target.connect();
    create_topic(&mut wire, "gap", 1, &[]);
    let id = producer_id(&mut wire);
    assert_eq!(
        send(&mut wire, "gap", id, &[0, 4])[1],
        (ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER, -1)
    );
    assert_eq!(send(&mut wire, "gap", id, &[2]), [(ErrorCode::NONE, 2)]);
}

#[test]
fn an_old_epoch_is_refused() {
    let target = Target::start();
    let mut wire = target.connect();
    create_topic(&mut wire, "epoch", 1, &[]);
    let id = producer_id(&mut wire);
    send(&mut wire, "epoch", (id.0, 1), &[0]);
    assert_eq!(
        send(&mut wire, "epoch", (id.0, 0), &[0]),
        [(ErrorCode::INVALID_PRODUCER_EPOCH, -1)]
    );
}

#[test]
fn transactions_are_an_honest_error() {
    // Ours alone: Apache Kafka has transactions.
    let broker = Broker::start("");
    let mut wire = broker.connect();
    let request = InitProducerIdRequest {
        transactional_id: Some("t".into()),
        producer_id: -1,
        producer_epoch: -1,
        transaction_timeout_ms: 60_000,
    };
    assert_eq!(wire.call(4, request).error_code, ErrorCode::INVALID_REQUEST);
}

#[test]
fn duplicates_are_known_after_a_kill_and_ids_are_not_reused() {
    let mut broker = Broker::start("");
    let mut wire = broker.connect();
    create_topic(&mut wire, "kill", 1, &[]);
    let id = producer_id(&mut wire);
    send(&mut wire, "kill", id, &[0, 2, 4]);
    for clean in [false, true] {
        if clean {
            assert_eq!(broker.stop().code(), Some(0));
        } else {
            broker.kill();
        }
        broker.start_again();
        let mut wire = broker.connect();
        assert_eq!(
            send(&mut wire, "kill", id, &[2, 4]),
            [(ErrorCode::NONE, 2), (ErrorCode::NONE, 4)]
        );
        assert_eq!(
            send(&mut wire, "kill", id, &[10])[0].0,
            ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER
        );
        assert_ne!(producer_id(&mut wire).0, id.0);
    }
    let mut wire = broker.connect();
    assert_eq!(send(&mut wire, "kill", id, &[6]), [(ErrorCode::NONE, 6)]);
    assert_eq!(
        values_from(&mut wire, "kill", 0, 0),
        ["0", "1", "2", "3", "4", "5", "6", "7"]
    );
}
