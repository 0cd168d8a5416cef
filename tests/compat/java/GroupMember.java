// One member of the mixed group: BOOTSTRAP TOPIC GROUP. Prints JSON lines, commits after it printed, leaves when its stdin ends.

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

public class GroupMember {
    public static void main(String[] words) throws Exception {
        AtomicBoolean closing = new AtomicBoolean();
        Thread end = new Thread(() -> {
            try {
                while (System.in.read() >= 0) { }
            } catch (java.io.IOException gone) {
                // The same as the end.
            }
            closing.set(true);
        });
        end.setDaemon(true);
        end.start();
        Map<String, Object> config = new HashMap<>(Map.of(
            "bootstrap.servers", words[0], "group.id", words[2], "auto.offset.reset", "earliest", "enable.auto.commit", false,
            "session.timeout.ms", 6000, "heartbeat.interval.ms", 500, "reconnect.backoff.max.ms", 500,
            "partition.assignment.strategy", RangeAssignor.class.getName()));
        try (var consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(words[1]), new ConsumerRebalanceListener() {
                @Override
                public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                    say("{\"assigned\": " + partitions.stream().map(TopicPartition::partition).toList() + "}");
                }

                @Override
                public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                    say("{\"assigned\": []}");
                }
            });
            while (!closing.get()) {
                var records = consumer.poll(Duration.ofMillis(200));
                if (records.isEmpty()) continue;
                say("{\"records\": {" + records.partitions().stream()
                    .map(p -> "\"" + p.partition() + "\": " + records.records(p).stream().map(r -> r.offset()).toList())
                    .collect(Collectors.joining(", ")) + "}}");
                try {
                    consumer.commitSync();
                } catch (KafkaException rebalance) {
                    // Somebody else reads them again.
                    System.err.println(rebalance);
                }
            }
        }
    }

    static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
