//! What differs from Apache Kafka with jmx_exporter's agent and is meant to, each with its reason.

use super::series::Attribute;

/// In what an attribute differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Kafka has it and we do not.
    Missing,
    /// We have it and Kafka does not.
    Extra,
    Type,
    Labels,
    Help,
}

/// A difference that is meant: the metric and the MBean's name (a star at the end of either stands for anything), and why.
type Difference = (Kind, &'static str, &'static str, &'static str);

#[rustfmt::skip]
pub(super) const DIFFERENCES: &[Difference] = &[
    // The JVM, and the agent in it.
    (Kind::Missing, "java_*", "*", "there is no JVM"),
    (Kind::Missing, "jvm_*", "*", "there is no JVM"),
    (Kind::Missing, "process_*", "*", "each process tells its own at its admin address; the exporter's would pass for the broker's"),
    (Kind::Missing, "jmx_exporter_build_info", "jmx_prometheus_javaagent", "it says which program answers, which is another"),
    (Kind::Extra, "jmx_exporter_build_info", "outrigger-exporter-jmx", "it says which program answers, which is another"),
    (Kind::Extra, "outrigger_*", "*", "what the exporter says of itself"),
    (Kind::Extra, "kafka_consumer_group_ConsumerLagMetrics_Value", "*", "Amazon MSK has it, Apache Kafka does not"),
    // Clients that Kafka's parts have to each other, also within one process.
    (Kind::Missing, "kafka_server_AddPartitionsManager_channel_metrics_*", "", "no client inside the broker: there are no transactions yet"),
    (Kind::Missing, "kafka_server_AddPartitionsToTxnManager_*", "*", "there are no transactions yet"),
    (Kind::Missing, "kafka_server_transaction_coordinator_metrics_*", "*", "there are no transactions yet"),
    (Kind::Missing, "kafka_server_Persister_channel_metrics_*", "", "there are no share groups"),
    (Kind::Missing, "kafka_server_share_coordinator_metrics_*", "*", "there are no share groups"),
    (Kind::Missing, "kafka_server_ShareGroupMetrics_*", "*", "there are no share groups"),
    (Kind::Missing, "kafka_server_ShareSessionCache_*", "*", "there are no share groups"),
    (Kind::Missing, "kafka_server_BrokerTopicMetrics_*", "TotalShare*", "there are no share groups"),
    (Kind::Missing, "kafka_server_BrokerTopicMetrics_*", "FailedShare*", "there are no share groups"),
    (Kind::Missing, "kafka_server_alter_partition_metrics_*", "", "no client inside the broker: it changes its metadata itself"),
    (Kind::Missing, "kafka_server_directory_assignments_metrics_*", "", "no client inside the broker: it changes its metadata itself"),
    (Kind::Missing, "org_apache_kafka_server_AssignmentsManager_*", "*", "no client inside the broker: it changes its metadata itself"),
    (Kind::Missing, "kafka_server_AssignmentsManager_*", "*", "no client inside the broker: it changes its metadata itself"),
    (Kind::Missing, "kafka_server_forwarding_metrics_*", "", "no client inside the broker: nothing is forwarded to a controller"),
    (Kind::Missing, "kafka_server_ForwardingManager_*", "*", "no client inside the broker: nothing is forwarded to a controller"),
    (Kind::Missing, "kafka_server_heartbeat_metrics_*", "", "no client inside the broker: no controller elsewhere hears of it"),
    (Kind::Missing, "kafka_server_registration_metrics_*", "", "no client inside the broker: no controller elsewhere hears of it"),
    (Kind::Missing, "kafka_server_raft_channel_metrics_*", "", "the metadata log has one voter, which talks to nobody"),
    (Kind::Missing, "kafka_controller_KafkaController_*", "TimeSinceLastHeartbeatReceivedMs", "the broker is its own controller and sends itself no heartbeat"),
    (Kind::Missing, "kafka_server_MetadataLoader_*", "AvgIdleRatio", "no thread loads metadata: what changes it publishes it"),
    (Kind::Labels, "kafka_server_app_info_start_time_ms", "", "Kafka tells of every client inside it, too, by client_id"),
    // What this broker does not do.
    (Kind::Missing, "kafka_log_LogCleanerManager_*", "time-since-last-run-ms", "there is no compaction yet, so that the cleaner never ran"),
    (Kind::Missing, "kafka_log_LogManager_*", "CordonedLogDirectoryCount", "directories cannot be cordoned"),
    (Kind::Missing, "kafka_log_LogManager_*", "LogDirectoryCordoned", "directories cannot be cordoned"),
    (Kind::Missing, "kafka_server_DelayedProduceMetrics_*", "ExpiresPerSec", "a produce request never waits for other brokers, so it cannot expire"),
    (Kind::Missing, "kafka_server_DelayedRemoteListOffsetsMetrics_*", "ExpiresPerSec", "there is no tiered storage"),
    (Kind::Missing, "kafka_server_Request_exempt_request_time", "", "there are no request quotas yet"),
    (Kind::Missing, "kafka_server_client_metrics_*", "", "clients push no telemetry here"),
    (Kind::Missing, "kafka_server_group_coordinator_metrics_background_*", "", "the coordinator has no thread in the background"),
    (Kind::Missing, "kafka_server_group_coordinator_metrics_thread_idle_ratio_avg", "", "the coordinator has no threads of its own"),
    (Kind::Missing, "kafka_server_group_coordinator_metrics_batch_buffer_*", "", "records are not gathered in a buffer of the coordinator"),
    (Kind::Missing, "kafka_server_group_coordinator_metrics_batch_linger_*", "", "records are not gathered in a buffer of the coordinator"),
    (Kind::Missing, "kafka_server_group_coordinator_metrics_consumer_group_*", "", "there are groups of the classic protocol alone"),
    (Kind::Missing, "kafka_server_group_coordinator_metrics_share_group_*", "", "there are groups of the classic protocol alone"),
    (Kind::Missing, "kafka_server_group_coordinator_metrics_streams_group_*", "", "there are groups of the classic protocol alone"),
    (Kind::Help, "kafka_server_app_info_StartTimeMs", "", "its bean is one of Kafka's own kind here, and says what it is"),
];

/// The rows that a difference is among.
pub(super) fn rows((metric, bean): &Attribute, kind: Kind) -> Vec<usize> {
    let fits = |pattern: &str, text: &str| match pattern.strip_suffix('*') {
        Some(start) => text.starts_with(start),
        None => text == pattern,
    };
    let rows = DIFFERENCES.iter().enumerate();
    let among = rows.filter(|(_, (of, metrics, beans, _))| {
        *of == kind && fits(metrics, metric) && fits(beans, bean)
    });
    among.map(|(index, _)| index).collect()
}
