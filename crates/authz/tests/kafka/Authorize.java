// Decides with Apache Kafka's own StandardAuthorizer, for kafka_itself.rs. Texts are UTF-8 in
// hexadecimal. Lines in:
//   world  allowEveryone superUser...
//   acl    resourceType patternType resourceName principal host operation permission
//   ask    principalType principalName address operation resourceType resourceName api count
//   any    principalType principalName address operation resourceType
// A line out for each `ask` is the line of the authorizer log, for each `any` ALLOWED or DENIED,
// or `!` and what was thrown.

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.metrics.internals.PluginMetricsImpl;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.metadata.authorizer.StandardAcl;
import org.apache.kafka.metadata.authorizer.StandardAuthorizer;
import org.apache.kafka.server.authorizer.Action;
import org.apache.kafka.server.authorizer.AuthorizableRequestContext;
import org.apache.kafka.server.authorizer.AuthorizationResult;

public class Authorize {
    record Context(KafkaPrincipal principal, InetAddress clientAddress, int requestType)
            implements AuthorizableRequestContext {
        public String listenerName() { return "L"; }
        public SecurityProtocol securityProtocol() { return SecurityProtocol.PLAINTEXT; }
        public int requestVersion() { return 0; }
        public String clientId() { return "c"; }
        public int correlationId() { return 0; }
    }

    static StandardAuthorizer authorizer;
    static Map<Uuid, StandardAcl> acls = new HashMap<>();
    static boolean loaded;

    public static void main(String[] args) throws Exception {
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split(" ", -1);
            switch (words[0]) {
                case "world" -> world(words);
                case "acl" -> acls.put(Uuid.randomUuid(), acl(words));
                default -> out.println(answer(words));
            }
        }
        out.flush();
    }

    static void world(String[] words) {
        StringBuilder supers = new StringBuilder();
        for (int i = 2; i < words.length; i++) supers.append(text(words[i])).append(';');
        authorizer = new StandardAuthorizer();
        authorizer.withPluginMetrics(new PluginMetricsImpl(new Metrics(), new LinkedHashMap<>()));
        authorizer.configure(Map.of("super.users", supers.toString(),
            "allow.everyone.if.no.acl.found", words[1]));
        acls.clear();
        loaded = false;
    }

    static StandardAcl acl(String[] words) {
        return new StandardAcl(ResourceType.valueOf(words[1]), text(words[3]),
            PatternType.valueOf(words[2]), text(words[4]), text(words[5]),
            AclOperation.valueOf(words[6]), AclPermissionType.valueOf(words[7]));
    }

    static String answer(String[] words) {
        try {
            if (!loaded) {
                authorizer.loadSnapshot(acls);
                authorizer.completeInitialLoad();
                loaded = true;
            }
            KafkaPrincipal principal = new KafkaPrincipal(text(words[1]), text(words[2]));
            InetAddress address = InetAddress.getByName(words[3]);
            AclOperation operation = AclOperation.valueOf(words[4]);
            ResourceType type = ResourceType.valueOf(words[5]);
            if (words[0].equals("any")) {
                Context context = new Context(principal, address, 22);
                return authorizer.authorizeByResourceType(context, operation, type).toString();
            }
            Context context = new Context(principal, address, Integer.parseInt(words[7]));
            Action action = new Action(operation,
                new ResourcePattern(type, text(words[6]), PatternType.LITERAL),
                Integer.parseInt(words[8]), true, true);
            return logged(context, action);
        } catch (Exception | Error e) {
            return "! " + e;
        }
    }

    // The line as the authorizer would log it, after asking it in the ordinary way.
    static String logged(Context context, Action action) throws Exception {
        AuthorizationResult result = authorizer.authorize(context, List.of(action)).get(0);
        Field field = StandardAuthorizer.class.getDeclaredField("data");
        field.setAccessible(true);
        Object data = field.get(authorizer);
        Object rule = rule(data, context, action);
        for (Method method : data.getClass().getDeclaredMethods()) {
            if (method.getName().equals("buildAuditMessage")) {
                method.setAccessible(true);
                String line = (String) method.invoke(data, context.principal(), context, action, rule);
                boolean says = line.contains(" is Allowed ");
                return says == (result == AuthorizationResult.ALLOWED) ? line : "! " + result + line;
            }
        }
        return "! no buildAuditMessage";
    }

    static Object rule(Object data, Context context, Action action) throws Exception {
        Method supers = data.getClass().getDeclaredMethod("superUsers");
        supers.setAccessible(true);
        if (((Set<?>) supers.invoke(data)).contains(context.principal().toString())) {
            Class<?> superUser = Class.forName(data.getClass().getName() + "$SuperUserRule");
            Field instance = superUser.getDeclaredField("INSTANCE");
            instance.setAccessible(true);
            return instance.get(null);
        }
        Method find = data.getClass()
            .getDeclaredMethod("findAclRule", Set.class, String.class, Action.class);
        find.setAccessible(true);
        KafkaPrincipal everybody = new KafkaPrincipal("User", "*");
        return find.invoke(data, Set.of(context.principal(), everybody),
            context.clientAddress().getHostAddress(), action);
    }

    static String text(String hex) {
        return new String(HexFormat.of().parseHex(hex), StandardCharsets.UTF_8);
    }
}
