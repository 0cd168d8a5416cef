// Runs many calls of Kafka's command-line tools in one JVM, because a JVM per call would take minutes.
// Reads calls from stdin, one a line (`ID TOOL WORD...`, words split like a shell does, `'...'` quotes), and prints for each:
//   === ID exit=STATUS
//   the call's stdout, then its stderr with `! ` before each line.

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.utils.Exit;

public class ToolRunner {
    static final Map<String, String> TOOLS = Map.ofEntries(
        Map.entry("kafka-topics", "org.apache.kafka.tools.TopicCommand"),
        Map.entry("kafka-configs", "org.apache.kafka.tools.ConfigCommand"),
        Map.entry("kafka-consumer-groups", "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand"),
        Map.entry("kafka-groups", "org.apache.kafka.tools.GroupsCommand"),
        Map.entry("kafka-get-offsets", "org.apache.kafka.tools.GetOffsetShell"),
        Map.entry("kafka-delete-records", "org.apache.kafka.tools.DeleteRecordsCommand"),
        Map.entry("kafka-log-dirs", "org.apache.kafka.tools.LogDirsCommand"),
        Map.entry("kafka-acls", "org.apache.kafka.tools.AclCommand"),
        Map.entry("kafka-cluster", "org.apache.kafka.tools.ClusterTool"),
        Map.entry("kafka-broker-api-versions", "org.apache.kafka.tools.BrokerApiVersionsCommand"),
        Map.entry("kafka-transactions", "org.apache.kafka.tools.TransactionsCommand"),
        Map.entry("kafka-console-producer", "org.apache.kafka.tools.ConsoleProducer"),
        Map.entry("kafka-console-consumer", "org.apache.kafka.tools.consumer.ConsoleConsumer"),
        Map.entry("kafka-producer-perf-test", "org.apache.kafka.tools.ProducerPerformance"),
        Map.entry("kafka-consumer-perf-test", "org.apache.kafka.tools.ConsumerPerformance"));

    public static void main(String[] arguments) throws Exception {
        PrintStream out = System.out;
        PrintStream errors = System.err;
        // A tool that ends its process is parked where it stands: thrown exceptions would be caught and printed by some of them.
        Exit.setExitProcedure((status, message) -> end(status));
        Exit.setHaltProcedure((status, message) -> end(status));
        BufferedReader calls = new BufferedReader(new InputStreamReader(System.in));
        for (String line = calls.readLine(); line != null; line = calls.readLine()) {
            List<String> words = words(line);
            ByteArrayOutputStream callOut = new ByteArrayOutputStream();
            ByteArrayOutputStream callErrors = new ByteArrayOutputStream();
            System.setOut(new PrintStream(callOut, true));
            System.setErr(new PrintStream(callErrors, true));
            long start = System.nanoTime();
            int status = call(words.get(1), words.subList(2, words.size()));
            errors.println(words.get(0) + " took " + (System.nanoTime() - start) / 1_000_000 + " ms");
            System.out.flush();
            System.setOut(out);
            System.setErr(errors);
            out.println("=== " + words.get(0) + " exit=" + status);
            callOut.toString().lines().forEach(out::println);
            callErrors.toString().lines().forEach(text -> out.println("! " + text));
            out.flush();
        }
        System.exit(0);
    }

    static volatile CompletableFuture<Integer> ended;

    static void end(int status) {
        ended.complete(status);
        LockSupport.park();
        throw new IllegalStateException("woken after the end");
    }

    static int call(String tool, List<String> words) throws Exception {
        String name = TOOLS.get(tool);
        if (name == null) throw new IllegalArgumentException("no tool " + tool);
        Class<?> type;
        try {
            type = Class.forName(name);
        } catch (ClassNotFoundException moved) {
            // Still in the core module in some releases.
            type = Class.forName("kafka.admin.ConfigCommand");
        }
        ended = new CompletableFuture<>();
        Class<?> main = type;
        Thread thread = new Thread(() -> {
            try {
                main.getMethod("main", String[].class).invoke(null, (Object) words.toArray(new String[0]));
                ended.complete(0);
            } catch (ReflectiveOperationException failure) {
                (failure.getCause() == null ? failure : failure.getCause()).printStackTrace();
                ended.complete(1);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return ended.get(90, TimeUnit.SECONDS);
    }

    static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean quoted = false;
        boolean begun = false;
        for (char c : line.toCharArray()) {
            if (c == '\'') {
                quoted = !quoted;
                begun = true;
            } else if (c == ' ' && !quoted) {
                if (begun) words.add(word.toString());
                word.setLength(0);
                begun = false;
            } else {
                word.append(c);
                begun = true;
            }
        }
        if (begun) words.add(word.toString());
        return words;
    }
}
