// The Java client 4.3.1, as an application uses it. Run by the JVM's source launcher; prints `ok NAME` or `not ok NAME: why`,
// and `@restart` or `@kill` where it wants the server started again. Takes --bootstrap HOST:PORT [--scenario NAME].

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SecurityDisabledException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

public class Scenarios {
    interface Body {
        void run() throws Exception;
    }

    static final class Skip extends RuntimeException {
        Skip(String why) {
            super(why);
        }
    }

    static String bootstrap;
    static Admin admin;
    static final BufferedReader ANSWERS = new BufferedReader(new InputStreamReader(System.in));
    static final Map<String, Body> SCENARIOS = new LinkedHashMap<>();

    static {
        SCENARIOS.put("cluster_and_metadata", Scenarios::clusterAndMetadata);
        SCENARIOS.put("auto_creation", Scenarios::autoCreation);
        SCENARIOS.put("codecs", Scenarios::codecs);
        SCENARIOS.put("null_empty_and_headers", Scenarios::nullEmptyAndHeaders);
        SCENARIOS.put("acks", Scenarios::acks);
        SCENARIOS.put("idempotent_producer_keeps_order", Scenarios::idempotentProducerKeepsOrder);
        SCENARIOS.put("too_large_is_refused", Scenarios::tooLargeIsRefused);
        SCENARIOS.put("offsets_and_timestamps", Scenarios::offsetsAndTimestamps);
        SCENARIOS.put("log_append_time", Scenarios::logAppendTime);
        SCENARIOS.put("groups_range", () -> groups(RangeAssignor.class));
        SCENARIOS.put("groups_cooperative", () -> groups(CooperativeStickyAssignor.class));
        SCENARIOS.put("static_member", Scenarios::staticMember);
        SCENARIOS.put("commits_survive_restart_and_kill", Scenarios::commitsSurvive);
        SCENARIOS.put("admin_topics", Scenarios::adminTopics);
        SCENARIOS.put("admin_configs", Scenarios::adminConfigs);
        SCENARIOS.put("admin_records", Scenarios::adminRecords);
        SCENARIOS.put("admin_groups", Scenarios::adminGroups);
        SCENARIOS.put("admin_producers_and_log_dirs", Scenarios::adminProducersAndLogDirs);
        SCENARIOS.put("acls_are_disabled", Scenarios::aclsAreDisabled);
    }

    public static void main(String[] words) throws Exception {
        List<String> options = Arrays.asList(words);
        bootstrap = options.get(options.indexOf("--bootstrap") + 1);
        String only = options.contains("--scenario") ? options.get(options.indexOf("--scenario") + 1) : null;
        admin = Admin.create(Map.of("bootstrap.servers", bootstrap));
        int failed = 0;
        for (Map.Entry<String, Body> scenario : SCENARIOS.entrySet()) {
            if (only != null && !only.equals(scenario.getKey())) continue;
            try {
                scenario.getValue().run();
                System.out.println("ok " + scenario.getKey());
            } catch (Skip why) {
                System.out.println("skip " + scenario.getKey() + ": " + why.getMessage());
            } catch (Throwable why) {
                failed++;
                why.printStackTrace();
                System.out.println("not ok " + scenario.getKey() + ": " + String.valueOf(why).replaceAll("\\s+", " "));
            }
        }
        admin.close(Duration.ofSeconds(5));
        System.exit(failed == 0 ? 0 : 1);
    }

    // ---- scenarios

    static void clusterAndMetadata() throws Exception {
        String topic = create(3, Map.of());
        var cluster = admin.describeCluster();
        equal(cluster.nodes().get().stream().map(n -> n.id() + "@" + n.host() + ":" + n.port()).toList(), List.of("1@" + bootstrap));
        equal(cluster.controller().get().id(), 1);
        TopicDescription described = describe(topic);
        equal(described.partitions().size(), 3);
        check(!described.topicId().equals(org.apache.kafka.common.Uuid.ZERO_UUID), "the topic has an id");
        equal(described.partitions().get(0).isr().size(), 1);
        admin.deleteTopics(List.of(topic)).all().get();
        admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
        check(!eventually(() -> describe(topic)).topicId().equals(described.topicId()), "a re-created topic has a new id");
    }

    static void autoCreation() throws Exception {
        String topic = unique("auto");
        send(topic, List.of("a"), Map.of());
        equal(read(topic, 1), List.of("a"));
    }

    static void codecs() throws Exception {
        for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
            String topic = create(1, Map.of());
            List<String> values = IntStream.range(0, 1000).mapToObj(i -> codec + i + "x".repeat(i % 100)).toList();
            send(topic, values, Map.of("compression.type", codec, "linger.ms", 20));
            equal(read(topic, values.size()), values);
        }
    }

    static void nullEmptyAndHeaders() throws Exception {
        String topic = create(1, Map.of());
        try (var producer = producer(Map.of())) {
            for (String[] pair : new String[][] {{"k", "v"}, {null, "x"}, {"", "x"}, {"k", null}, {"k", ""}}) {
                var record = new ProducerRecord<>(topic, 0, bytes(pair[0]), bytes(pair[1]));
                record.headers().add("h", bytes("1")).add("h", bytes("2")).add("null", null).add("empty", bytes("")).add("", bytes("nameless"));
                producer.send(record).get();
            }
        }
        List<String> seen = new ArrayList<>();
        for (var record : records(topic, 5)) {
            String headers = Arrays.stream(record.headers().toArray()).map(h -> h.key() + "=" + text(h.value())).collect(Collectors.joining(","));
            equal(headers, "h=1,h=2,null=null,empty=,=nameless");
            seen.add(text(record.key()) + ":" + text(record.value()));
        }
        equal(seen, List.of("k:v", "null:x", ":x", "k:null", "k:"));
    }

    static void acks() throws Exception {
        String topic = create(1, Map.of());
        for (String acks : List.of("0", "1", "all")) send(topic, List.of(acks), Map.of("acks", acks, "enable.idempotence", false));
        equal(read(topic, 3), List.of("0", "1", "all"));
    }

    static void idempotentProducerKeepsOrder() throws Exception {
        String topic = create(1, Map.of());
        List<String> values = IntStream.range(0, 5000).mapToObj(String::valueOf).toList();
        List<Long> offsets = send(topic, values, Map.of("enable.idempotence", true, "batch.size", 500, "max.in.flight.requests.per.connection", 5));
        equal(offsets, IntStream.range(0, 5000).mapToObj(Long::valueOf).toList());
        equal(read(topic, 5000), values);
    }

    static void tooLargeIsRefused() throws Exception {
        String topic = create(1, Map.of("max.message.bytes", "5000"));
        fails(RecordTooLargeException.class, () -> send(topic, List.of("x".repeat(6000)), Map.of()));
        send(topic, List.of("x".repeat(4000)), Map.of());
    }

    static void offsetsAndTimestamps() throws Exception {
        String topic = create(1, Map.of());
        TopicPartition partition = new TopicPartition(topic, 0);
        try (var producer = producer(Map.of())) {
            for (int i : new int[] {0, 1, 5, 2, 3}) producer.send(new ProducerRecord<>(topic, 0, 1_700_000_000_000L + i * 1000, null, bytes("v"))).get();
        }
        Map<String, OffsetSpec> specs = new LinkedHashMap<>();
        specs.put("earliest", OffsetSpec.earliest());
        specs.put("latest", OffsetSpec.latest());
        specs.put("max", OffsetSpec.maxTimestamp());
        specs.put("time", OffsetSpec.forTimestamp(1_700_000_001_500L));
        specs.put("late", OffsetSpec.forTimestamp(1_800_000_000_000L));
        specs.put("local", OffsetSpec.earliestLocal());
        specs.put("tiered", OffsetSpec.latestTiered());
        Map<String, Long> found = new LinkedHashMap<>();
        for (var spec : specs.entrySet()) {
            ListOffsetsResultInfo info = admin.listOffsets(Map.of(partition, spec.getValue())).partitionResult(partition).get();
            found.put(spec.getKey(), info.offset());
        }
        equal(found.toString(), "{earliest=0, latest=5, max=2, time=2, late=-1, local=0, tiered=-1}");
    }

    static void logAppendTime() throws Exception {
        String topic = create(1, Map.of("message.timestamp.type", "LogAppendTime"));
        try (var producer = producer(Map.of())) {
            producer.send(new ProducerRecord<>(topic, 0, 1_000L, null, bytes("old"))).get();
        }
        var record = records(topic, 1).get(0);
        equal(record.timestampType().toString(), "LogAppendTime");
        check(record.timestamp() > 1_700_000_000_000L, "the broker's time instead of " + record.timestamp());
    }

    static void groups(Class<?> assignor) throws Exception {
        String topic = create(6, Map.of());
        Map<String, Object> more = Map.of("group.id", unique("group"), "partition.assignment.strategy", assignor.getName());
        try (var one = consumer(more)) {
            one.subscribe(List.of(topic));
            try (var two = consumer(more)) {
                two.subscribe(List.of(topic));
                eventually(() -> {
                    one.poll(Duration.ofMillis(100));
                    two.poll(Duration.ofMillis(100));
                    return one.assignment().size() == 3 && two.assignment().size() == 3 ? true : null;
                });
            }
            eventually(() -> {
                one.poll(Duration.ofMillis(100));
                return one.assignment().size() == 6 ? true : null;
            });
        }
    }

    static void staticMember() throws Exception {
        String topic = create(2, Map.of());
        String group = unique("group");
        Map<String, Object> more = Map.of("group.id", group, "group.instance.id", "instance-1");
        int generation = 0;
        for (int round = 0; round < 2; round++) {
            var member = consumer(more);
            member.subscribe(List.of(topic));
            eventually(() -> {
                member.poll(Duration.ofMillis(100));
                return member.assignment().size() == 2 ? true : null;
            });
            int now = member.groupMetadata().generationId();
            check(round == 0 || now == generation, "a static member's return keeps the generation: " + generation + " then " + now);
            generation = now;
            var described = admin.describeConsumerGroups(List.of(group)).all().get().get(group);
            equal(described.members().iterator().next().groupInstanceId(), Optional.of("instance-1"));
            member.close();
        }
    }

    static void commitsSurvive() throws Exception {
        String topic = create(1, Map.of());
        TopicPartition partition = new TopicPartition(topic, 0);
        Map<String, Object> more = Map.of("group.id", unique("group"));
        send(topic, List.of("0", "1", "2", "3"), Map.of());
        for (String request : List.of("@restart", "@kill")) {
            long position = request.equals("@restart") ? 1 : 2;
            try (var member = consumer(more)) {
                member.assign(List.of(partition));
                member.commitSync(Map.of(partition, new OffsetAndMetadata(position, Optional.of(0), "words")));
            }
            again(request);
            try (var member = consumer(more)) {
                member.assign(List.of(partition));
                OffsetAndMetadata kept = member.committed(Set.of(partition), Duration.ofSeconds(30)).get(partition);
                equal(kept.offset() + " " + kept.metadata() + " " + kept.leaderEpoch().orElse(-1), position + " words 0");
                equal(text(poll(member, 1).get(0).value()), String.valueOf(position));
            }
        }
    }

    static void adminTopics() throws Exception {
        String topic = create(2, Map.of("retention.ms", "86400001"));
        fails(TopicExistsException.class, () -> admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get());
        fails(InvalidTopicException.class, () -> admin.createTopics(List.of(new NewTopic("no spaces", 1, (short) 1))).all().get());
        fails(InvalidPartitionsException.class, () -> admin.createTopics(List.of(new NewTopic(unique("t"), 0, (short) 1))).all().get());
        fails(InvalidReplicationFactorException.class, () -> admin.createTopics(List.of(new NewTopic(unique("t"), 1, (short) 3))).all().get());
        fails(InvalidConfigurationException.class, () -> create(1, Map.of("retention.ms", "long")));
        fails(InvalidConfigurationException.class, () -> create(1, Map.of("no.such.key", "1")));
        admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(5))).all().get();
        fails(InvalidPartitionsException.class, () -> admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(4))).all().get());
        equal(eventually(() -> describe(topic).partitions().size() == 5 ? 5 : null), 5);
        check(admin.listTopics().names().get().contains(topic), "the topic is listed");
        admin.deleteTopics(List.of(topic)).all().get();
        fails(UnknownTopicOrPartitionException.class, () -> admin.deleteTopics(List.of(topic)).all().get());
        eventually(() -> admin.listTopics().names().get().contains(topic) ? null : true);
    }

    static void adminConfigs() throws Exception {
        String topic = create(1, Map.of());
        var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        alter(resource, "max.message.bytes", "2000", AlterConfigOp.OpType.SET);
        ConfigEntry entry = config(resource).get("max.message.bytes");
        equal(entry.value() + " " + entry.source() + " " + entry.isReadOnly(), "2000 DYNAMIC_TOPIC_CONFIG false");
        alter(resource, "max.message.bytes", "", AlterConfigOp.OpType.DELETE);
        equal(config(resource).get("max.message.bytes").source(), ConfigEntry.ConfigSource.DEFAULT_CONFIG);
        fails(InvalidConfigurationException.class, () -> alter(resource, "segment.bytes", "-5", AlterConfigOp.OpType.SET));
        var broker = new ConfigResource(ConfigResource.Type.BROKER, "1");
        alter(broker, "log.retention.ms", "123456", AlterConfigOp.OpType.SET);
        equal(eventually(() -> "123456".equals(config(broker).get("log.retention.ms").value()) ? "123456" : null), "123456");
        equal(eventually(() -> "123456".equals(config(resource).get("retention.ms").value()) ? "123456" : null), "123456");
        alter(broker, "log.retention.ms", "", AlterConfigOp.OpType.DELETE);
        check(config(broker).get("default.replication.factor") != null, "default.replication.factor is described");
    }

    static void adminRecords() throws Exception {
        String topic = create(1, Map.of());
        TopicPartition partition = new TopicPartition(topic, 0);
        send(topic, List.of("0", "1", "2", "3", "4"), Map.of());
        equal(admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(2))).lowWatermarks().get(partition).get().lowWatermark(), 2L);
        fails(OffsetOutOfRangeException.class, () -> admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(9))).all().get());
        equal(read(topic, 3), List.of("2", "3", "4"));
        equal(admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(-1))).lowWatermarks().get(partition).get().lowWatermark(), 5L);
    }

    static void adminGroups() throws Exception {
        String topic = create(1, Map.of());
        String group = unique("group");
        TopicPartition partition = new TopicPartition(topic, 0);
        try (var member = consumer(Map.of("group.id", group))) {
            member.subscribe(List.of(topic));
            eventually(() -> {
                member.poll(Duration.ofMillis(100));
                return member.assignment().size() == 1 ? true : null;
            });
            member.commitSync(Map.of(partition, new OffsetAndMetadata(0)));
            var described = admin.describeConsumerGroups(List.of(group)).all().get().get(group);
            equal(described.groupState() + " " + described.partitionAssignor() + " " + described.members().size(), "Stable range 1");
            check(admin.listGroups().all().get().stream().anyMatch(g -> g.groupId().equals(group)), "the group is listed");
            fails(GroupNotEmptyException.class, () -> admin.deleteConsumerGroups(List.of(group)).all().get());
        }
        equal(eventually(() -> admin.describeConsumerGroups(List.of(group)).all().get().get(group).groupState() == GroupState.EMPTY ? true : null), true);
        admin.alterConsumerGroupOffsets(group, Map.of(partition, new OffsetAndMetadata(0))).all().get();
        equal(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().get(partition).offset(), 0L);
        admin.deleteConsumerGroupOffsets(group, Set.of(partition)).all().get();
        equal(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get(), Map.of());
        try (var member = consumer(Map.of("group.id", group))) {
            member.assign(List.of(partition));
            member.commitSync(Map.of(partition, new OffsetAndMetadata(0)));
        }
        admin.deleteConsumerGroups(List.of(group)).all().get();
        fails(org.apache.kafka.common.errors.GroupIdNotFoundException.class, () -> admin.deleteConsumerGroups(List.of(group)).all().get());
    }

    static void adminProducersAndLogDirs() throws Exception {
        String topic = create(1, Map.of());
        TopicPartition partition = new TopicPartition(topic, 0);
        send(topic, List.of("a", "b"), Map.of("enable.idempotence", true, "linger.ms", 50));
        var producers = admin.describeProducers(List.of(partition)).partitionResult(partition).get().activeProducers();
        equal(producers.size(), 1);
        equal(producers.get(0).lastSequence(), 1);
        var directories = admin.describeLogDirs(List.of(1)).allDescriptions().get().get(1);
        check(directories.values().stream().anyMatch(d -> d.replicaInfos().containsKey(partition) && d.replicaInfos().get(partition).size() > 0), "the partition has a size");
        check(directories.values().iterator().next().totalBytes().isPresent(), "the volume's size is told");
    }

    static void aclsAreDisabled() throws Exception {
        fails(SecurityDisabledException.class, () -> admin.describeAcls(AclBindingFilter.ANY).values().get());
        fails(SecurityDisabledException.class, () -> admin.deleteAcls(List.of(AclBindingFilter.ANY)).all().get());
    }

    // ---- what they are made of

    static KafkaProducer<byte[], byte[]> producer(Map<String, Object> more) {
        Map<String, Object> config = new LinkedHashMap<>(Map.of("bootstrap.servers", bootstrap, "delivery.timeout.ms", 30000, "request.timeout.ms", 10000));
        config.putAll(more);
        return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }

    static KafkaConsumer<byte[], byte[]> consumer(Map<String, Object> more) {
        Map<String, Object> config = new LinkedHashMap<>(Map.of("bootstrap.servers", bootstrap, "auto.offset.reset", "earliest", "enable.auto.commit", false, "fetch.max.wait.ms", 100, "session.timeout.ms", 10000, "heartbeat.interval.ms", 500));
        config.putAll(more);
        return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    static String create(int partitions, Map<String, String> configs) throws Exception {
        String topic = unique("topic");
        admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1).configs(configs))).all().get();
        return topic;
    }

    static TopicDescription describe(String topic) throws Exception {
        return admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic);
    }

    static void alter(ConfigResource resource, String key, String value, AlterConfigOp.OpType type) throws Exception {
        admin.incrementalAlterConfigs(Map.of(resource, List.of(new AlterConfigOp(new ConfigEntry(key, value), type)))).all().get();
    }

    static Config config(ConfigResource resource) throws Exception {
        return admin.describeConfigs(List.of(resource)).all().get().get(resource);
    }

    // Sends the values to partition 0 and gives their offsets.
    static List<Long> send(String topic, List<String> values, Map<String, Object> more) throws Exception {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        try (var producer = producer(more)) {
            for (String value : values) sent.add(producer.send(new ProducerRecord<>(topic, 0, null, bytes(value))));
        }
        List<Long> offsets = new ArrayList<>();
        for (var future : sent) offsets.add(future.get().offset());
        return offsets;
    }

    static List<String> read(String topic, int count) throws Exception {
        return records(topic, count).stream().map(record -> text(record.value())).toList();
    }

    static List<ConsumerRecord<byte[], byte[]>> records(String topic, int count) throws Exception {
        TopicPartition partition = new TopicPartition(topic, 0);
        try (var consumer = consumer(Map.of())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            return poll(consumer, count);
        }
    }

    static List<ConsumerRecord<byte[], byte[]>> poll(KafkaConsumer<byte[], byte[]> consumer, int count) throws Exception {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        eventually(() -> {
            consumer.poll(Duration.ofMillis(200)).forEach(records::add);
            return records.size() >= count ? true : null;
        });
        return records;
    }

    interface Probe<T> {
        T value() throws Exception;
    }

    // Polls until the probe gives something, at most 40 seconds.
    static <T> T eventually(Probe<T> probe) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(40);
        Throwable last = null;
        while (System.nanoTime() < deadline) {
            try {
                T value = probe.value();
                if (value != null) return value;
            } catch (ExecutionException failure) {
                last = failure;
            }
            Thread.sleep(20);
        }
        throw new AssertionError("not within 40 s", last);
    }

    static void fails(Class<?> expected, Body body) throws Exception {
        try {
            body.run();
        } catch (ExecutionException failure) {
            if (expected.isInstance(failure.getCause())) return;
            throw new AssertionError(failure.getCause() + " instead of " + expected.getSimpleName(), failure);
        }
        throw new AssertionError("it succeeded instead of " + expected.getSimpleName());
    }

    static void again(String request) throws Exception {
        System.out.println(request);
        String answer = ANSWERS.readLine();
        if ("unsupported".equals(answer)) throw new Skip("this server cannot be restarted from here");
        equal(answer, "done");
    }

    static void check(boolean holds, String what) {
        if (!holds) throw new AssertionError(what);
    }

    static void equal(Object actual, Object expected) {
        if (!Objects.equals(actual, expected)) throw new AssertionError(abridged(actual) + " instead of " + abridged(expected));
    }

    static String abridged(Object value) {
        String text = String.valueOf(value);
        return text.length() <= 150 ? text : text.substring(0, 150) + "...";
    }

    static byte[] bytes(String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    static String text(byte[] bytes) {
        return bytes == null ? "null" : new String(bytes, StandardCharsets.UTF_8);
    }

    static String unique(String prefix) {
        return prefix + "-" + UUID.randomUUID().toString().substring(0, 12);
    }
}
