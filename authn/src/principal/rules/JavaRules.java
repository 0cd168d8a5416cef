// Maps names with Apache Kafka's own class. A line in is `rules name`, both as hexadecimal UTF-8; a
// line out is `= hex` of the mapped name, `none` where no rule matches, or `! ` and a complaint.

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.apache.kafka.common.security.ssl.SslPrincipalMapper;

class JavaRules {
    public static void main(String[] arguments) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        PrintStream out = new PrintStream(System.out, false, "US-ASCII");
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split(" ", -1);
            out.println(mapped(text(words[0]), text(words[1])));
        }
        out.flush();
    }

    static String mapped(String rules, String name) {
        try {
            String mapped = SslPrincipalMapper.fromRules(rules).getName(name);
            return "= " + HexFormat.of().formatHex(mapped.getBytes(StandardCharsets.UTF_8));
        } catch (IOException none) {
            return "none";
        } catch (RuntimeException complaint) {
            return "! " + complaint.getClass().getSimpleName();
        }
    }

    static String text(String hex) {
        return new String(HexFormat.of().parseHex(hex), StandardCharsets.UTF_8);
    }
}
