package dev.berth.cri.streaming.remotecommand;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;

/** How a session ended, as the error stream says it: {@code metav1.Status}, or a sentence in the older protocols. */
final class ExitStatus {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int INTERNAL_ERROR = 500;

    private ExitStatus() {}

    /** The command has ended with this exit code. */
    static byte[] exited(Protocol protocol, int code) {
        if (code == 0) {
            return protocol.statusInJson() ? bytes(status("Success")) : new byte[0];
        }
        String sentence = "command terminated with non-zero exit code: " + code;
        if (!protocol.statusInJson()) {
            return sentence.getBytes(StandardCharsets.UTF_8);
        }
        ObjectNode status = status("Failure").put("message", sentence).put("reason", "NonZeroExitCode");
        status.putObject("details")
                .putArray("causes")
                .addObject()
                .put("reason", "ExitCode")
                .put("message", Integer.toString(code));
        return bytes(status);
    }

    /** There is no exit code, because of this. */
    static byte[] failed(Protocol protocol, String sentence) {
        if (!protocol.statusInJson()) {
            return sentence.getBytes(StandardCharsets.UTF_8);
        }
        return bytes(status("Failure")
                .put("message", sentence)
                .put("reason", "InternalError")
                .put("code", INTERNAL_ERROR));
    }

    private static ObjectNode status(String status) {
        ObjectNode node = JSON.createObjectNode();
        node.putObject("metadata");
        return node.put("status", status);
    }

    private static byte[] bytes(ObjectNode node) {
        return node.toString().getBytes(StandardCharsets.UTF_8);
    }
}
