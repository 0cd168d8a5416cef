// The Java client 4.3.1 on the secured ports: TLS with a certificate (PKCS#12 and PEM), SCRAM, and aws-msk-iam-auth with both of its mechanisms.
// Run by the JVM's source launcher; prints `ok NAME` or `not ok NAME: why`. Takes --endpoints FILE (of `outrigger up`) [--scenario NAME].

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

public class Logins {
    interface Body {
        void run() throws Exception;
    }

    static final List<String> RECORDS = IntStream.range(0, 50).mapToObj(n -> "v" + n).toList();
    static final Map<String, Body> SCENARIOS = new LinkedHashMap<>();
    static JsonNode endpoints;

    static {
        SCENARIOS.put("certificate", () -> roundTrip(tls()));
        SCENARIOS.put("certificate_in_pem", () -> roundTrip(pem()));
        SCENARIOS.put("scram_password", () -> roundTrip(scram(secret("scram_password_file"))));
        SCENARIOS.put("aws_msk_iam", () -> roundTrip(iam("good")));
        SCENARIOS.put("oauthbearer", () -> roundTrip(oauthbearer("good")));
        SCENARIOS.put("unknown_authority_is_refused", () -> refused(strange(), SslAuthenticationException.class, "SSL handshake failed"));
        SCENARIOS.put("wrong_password_is_refused", () -> refused(scram("wrong"), SaslAuthenticationException.class,
            "Authentication failed during authentication due to invalid credentials with SASL mechanism SCRAM-SHA-512"));
        SCENARIOS.put("aws_msk_iam_wrong_key_is_refused", () -> refused(iam("wrong"), SaslAuthenticationException.class, "Access denied"));
        SCENARIOS.put("oauthbearer_wrong_key_is_refused", () -> refused(oauthbearer("wrong"), SaslAuthenticationException.class, ""));
        SCENARIOS.put("password_on_the_wrong_port_is_refused", () -> refused(with(scram("x"), Map.of("bootstrap.servers", address("iam"))),
            org.apache.kafka.common.errors.UnsupportedSaslMechanismException.class, "AWS_MSK_IAM"));
    }

    public static void main(String[] words) throws Exception {
        List<String> options = Arrays.asList(words);
        endpoints = new ObjectMapper().readTree(new File(options.get(options.indexOf("--endpoints") + 1)));
        String only = options.contains("--scenario") ? options.get(options.indexOf("--scenario") + 1) : null;
        profiles();
        int failed = 0;
        for (Map.Entry<String, Body> scenario : SCENARIOS.entrySet()) {
            if (only != null && !only.equals(scenario.getKey())) continue;
            try {
                scenario.getValue().run();
                System.out.println("ok " + scenario.getKey());
            } catch (Throwable why) {
                failed++;
                why.printStackTrace();
                System.out.println("not ok " + scenario.getKey() + ": " + String.valueOf(why).replaceAll("\\s+", " "));
            }
        }
        System.exit(failed == 0 ? 0 : 1);
    }

    // ---- what endpoints.json says

    static String address(String way) {
        return endpoints.get("bootstrap").get(way).asText();
    }

    static String credential(String key) {
        return endpoints.get("credentials").get(key).asText();
    }

    static String secret(String key) throws Exception {
        return Files.readString(Path.of(credential(key))).strip();
    }

    /// The AWS SDK's files, named by system properties: one profile with the right key, one with a wrong one.
    static void profiles() throws Exception {
        String id = credential("iam_access_key_id");
        String text = "";
        for (String[] profile : new String[][] {{"good", secret("iam_secret_access_key_file")}, {"wrong", "wrong"}})
            text += "[" + profile[0] + "]\naws_access_key_id=" + id + "\naws_secret_access_key=" + profile[1] + "\n";
        Path file = Files.createTempFile("aws", "credentials");
        file.toFile().deleteOnExit();
        Files.writeString(file, text);
        System.setProperty("aws.sharedCredentialsFile", file.toString());
        System.setProperty("aws.region", credential("iam_region"));
    }

    // ---- configurations

    static Map<String, Object> with(Map<String, Object> config, Map<String, Object> more) {
        Map<String, Object> all = new HashMap<>(config);
        all.putAll(more);
        return all;
    }

    static Map<String, Object> base(String way, String protocol) throws Exception {
        return Map.of("bootstrap.servers", address(way), "security.protocol", protocol, "default.api.timeout.ms", 30000, "request.timeout.ms", 20000,
            "ssl.truststore.type", "PKCS12", "ssl.truststore.location", credential("truststore_p12"), "ssl.truststore.password", secret("store_password_file"));
    }

    static Map<String, Object> tls() throws Exception {
        String password = secret("store_password_file");
        return with(base("tls", "SSL"), Map.of("ssl.keystore.type", "PKCS12", "ssl.keystore.location", credential("keystore_p12"),
            "ssl.keystore.password", password, "ssl.key.password", password));
    }

    /// The same certificate as text (KIP-651).
    static Map<String, Object> pem() throws Exception {
        return Map.of("bootstrap.servers", address("tls"), "security.protocol", "SSL",
            "ssl.truststore.type", "PEM", "ssl.truststore.location", credential("ca_cert"), "ssl.keystore.type", "PEM",
            "ssl.keystore.certificate.chain", Files.readString(Path.of(credential("client_cert"))), "ssl.keystore.key", Files.readString(Path.of(credential("client_key"))));
    }

    /// Trusts the authorities of the JVM alone.
    static Map<String, Object> strange() {
        return Map.of("bootstrap.servers", address("tls"), "security.protocol", "SSL");
    }

    static Map<String, Object> scram(String password) throws Exception {
        return with(base("scram", "SASL_SSL"), Map.of("sasl.mechanism", "SCRAM-SHA-512", "sasl.jaas.config",
            "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"" + credential("scram_username") + "\" password=\"" + password + "\";"));
    }

    static Map<String, Object> iam(String profile) throws Exception {
        return with(base("iam", "SASL_SSL"), Map.of("sasl.mechanism", "AWS_MSK_IAM",
            "sasl.jaas.config", "software.amazon.msk.auth.iam.IAMLoginModule required awsProfileName=\"" + profile + "\";",
            "sasl.client.callback.handler.class", "software.amazon.msk.auth.iam.IAMClientCallbackHandler"));
    }

    static Map<String, Object> oauthbearer(String profile) throws Exception {
        String handler = "software.amazon.msk.auth.iam.IAMOAuthBearerLoginCallbackHandler";
        return with(base("iam", "SASL_SSL"), Map.of("sasl.mechanism", "OAUTHBEARER",
            "sasl.jaas.config", "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required awsProfileName=\"" + profile + "\";",
            "sasl.login.callback.handler.class", handler, "sasl.client.callback.handler.class", handler));
    }

    // ---- what is done with them

    /// Creates a topic, produces to it and reads it back as a group.
    static void roundTrip(Map<String, Object> config) throws Exception {
        String topic = "java-" + UUID.randomUUID();
        try (Admin admin = Admin.create(config)) {
            admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
        }
        try (var producer = new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
            for (String value : RECORDS) producer.send(new ProducerRecord<>(topic, value)).get();
        }
        List<String> values = new ArrayList<>();
        Map<String, Object> group = with(config, Map.of("group.id", "java-" + UUID.randomUUID(), "auto.offset.reset", "earliest"));
        try (var consumer = new KafkaConsumer<>(group, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of(topic));
            long deadline = System.nanoTime() + Duration.ofSeconds(40).toNanos();
            while (values.size() < RECORDS.size() && System.nanoTime() < deadline)
                consumer.poll(Duration.ofMillis(200)).forEach(record -> values.add(record.value()));
        }
        if (!values.equals(RECORDS)) throw new AssertionError(values + " instead of " + RECORDS);
    }

    /// A client that must not get in, and what it is told.
    static void refused(Map<String, Object> config, Class<?> kind, String text) throws Exception {
        try (Admin admin = Admin.create(config)) {
            admin.describeCluster().nodes().get();
        } catch (ExecutionException why) {
            Throwable cause = why.getCause();
            if (kind.isInstance(cause) && cause.getMessage().contains(text)) return;
            throw new AssertionError(cause + ", not a " + kind.getSimpleName() + " with " + text, cause);
        }
        throw new AssertionError("it was let in");
    }
}
