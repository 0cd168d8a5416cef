// Reads names as hexadecimal DER, one a line, and writes for each the hexadecimal UTF-8 of the text
// that Java gives them. A name that Java refuses is a line with its complaint.

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import javax.security.auth.x500.X500Principal;

class JavaNames {
    public static void main(String[] arguments) throws Exception {
        HexFormat hex = HexFormat.of();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        PrintStream out = new PrintStream(System.out, false, "US-ASCII");
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            try {
                String name = new X500Principal(hex.parseHex(line)).getName();
                out.println(hex.formatHex(name.getBytes(StandardCharsets.UTF_8)));
            } catch (IllegalArgumentException refused) {
                out.println("refused: " + refused);
            }
        }
        out.flush();
    }
}
