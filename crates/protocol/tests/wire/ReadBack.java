// Reads protocol bodies with Apache Kafka's own classes and writes them again, for
// kafka_itself.rs. A line in is `key version request|response hex`, a line out the hex that Kafka
// writes, or `!` and why it did not read the body to its end.

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;

public class ReadBack {
    public static void main(String[] args) throws Exception {
        PrintStream out = new PrintStream(System.out, false);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            out.println(readBack(line.split(" ", -1)));
        }
        out.flush();
    }

    static String readBack(String[] words) {
        try {
            ApiMessageType type = ApiMessageType.fromApiKey(Short.parseShort(words[0]));
            short version = Short.parseShort(words[1]);
            ApiMessage body = words[2].equals("request") ? type.newRequest() : type.newResponse();
            ByteBuffer bytes = ByteBuffer.wrap(HexFormat.of().parseHex(words[3]));
            body.read(new ByteBufferAccessor(bytes), version);
            if (bytes.hasRemaining()) {
                return "! " + bytes.remaining() + " bytes left";
            }
            ByteBuffer written = MessageUtil.toByteBufferAccessor(body, version).buffer();
            byte[] copy = new byte[written.remaining()];
            written.get(copy);
            return HexFormat.of().formatHex(copy);
        } catch (Exception | Error e) {
            return "! " + e;
        }
    }
}
