//! What people are told of each sink.

use super::{LogDelivery, removed_bytes};

fn lines(status: &str) -> Vec<String> {
    let read: LogDelivery = serde_json::from_str(status).expect("a status");
    read.lines()
}

#[test]
fn a_sink_that_is_well_is_one_line() {
    let status = r#"{"version":1,"files":3,"held_deleted_bytes":0,"sinks":[
        {"name":"directory:/d","kind":"directory","target":"/d","state":"idle","lag_bytes":0,"lag_seconds":0.0,
         "lag_events":0,"events_delivered":1,"lost_bytes":{"vanished":0},"dead_letters":0,"trouble":null,"retry_in_seconds":null},
        {"name":"stdout","kind":"stdout","target":"","state":"delivering","lag_bytes":1536,"lag_seconds":2.4,"events_delivered":7}
    ]}"#;
    assert_eq!(
        lines(status),
        [
            "directory /d: idle, 1 event delivered",
            "stdout: delivering, 7 events delivered, 1.5 KiB behind by 2 s",
        ]
    );
}

#[test]
fn trouble_and_losses_stand_below_their_sink() {
    let status = r#"{"sinks":[{"name":"s3:b/p","kind":"s3","target":"b/p","state":"retrying","lag_bytes":3221225472,"lag_seconds":90,
        "events_delivered":0,"lost_bytes":{"copytruncate":12},"dead_letters":2,"dead_letters_dropped":1,
        "trouble":"the bucket b does not exist; create it","retry_in_seconds":8.2,"of_a_later_release":[]}]}"#;
    assert_eq!(
        lines(status),
        [
            "s3 b/p: retrying, 0 events delivered, 3.0 GiB behind by 90 s",
            "  the bucket b does not exist; create it (asked again in 8 s)",
            "  lost 12 B (copytruncate) since it started; its log names the files",
            "  2 events refused for good: outrigger logshipper replay sends them again",
            "  1 event of these lost: the files of dead letters were full",
        ]
    );
    let read: LogDelivery = serde_json::from_str(status).expect("a status");
    assert!(read.has_lost());
    let problem = read.problem().expect("a problem");
    assert!(
        problem.starts_with(
            "s3:b/p: the bucket b does not exist; create it (asked again in 8 s); s3:b/p: lost 12 B"
        ),
        "{problem}"
    );
    assert_eq!(LogDelivery::default().problem(), None);
    assert!(!LogDelivery::default().has_lost());
    let dropped = r#"{"sinks":[{"dead_letters":3,"dead_letters_dropped":1}]}"#;
    let read: LogDelivery = serde_json::from_str(dropped).expect("a status");
    assert!(read.has_lost(), "a dead letter that is in no file any more");
}

#[test]
fn what_a_process_removed_of_its_logs_is_read_from_its_metrics() {
    for (metrics, expected) in [
        ("", 0),
        (
            "# TYPE outrigger_log_removed_undelivered_bytes_total counter\noutrigger_log_removed_undelivered_bytes_total 0\n",
            0,
        ),
        (
            "a 7\noutrigger_log_removed_undelivered_bytes_total 3145728\nz 9\n",
            3 << 20,
        ),
        (
            "outrigger_log_removed_undelivered_bytes_total{process=\"x\"} 5\n",
            5,
        ),
        ("outrigger_log_removed_undelivered_bytes_total many\n", 0),
    ] {
        assert_eq!(removed_bytes(metrics), expected, "{metrics}");
    }
}
