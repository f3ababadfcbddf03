package dev.berth.cri.streaming.remotecommand;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.berth.cri.streaming.ProcessStreams;
import dev.berth.cri.streaming.flow.Receiver;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Sizes of the client's terminal: objects {@code {"Width":80,"Height":24}}, cut into messages anyhow. What is no such object is
 * ignored. A size that comes before the process is kept for it.
 */
final class Resizes implements Receiver {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int MOST_BYTES = 1024;
    private static final int MOST_CELLS = 65_535;

    private record Size(int width, int height) {}

    private final ByteArrayOutputStream object = new ByteArrayOutputStream();
    private @Nullable Size latest;
    private @Nullable ProcessStreams process;

    @Override
    public void received(byte[] bytes) {
        for (byte one : bytes) {
            if (object.size() >= MOST_BYTES) {
                object.reset();
            }
            object.write(one);
            if (one == '}') {
                parse(object.toString(StandardCharsets.UTF_8));
                object.reset();
            }
        }
    }

    @Override
    public void ended() {}

    /** From now on sizes go to this process, the latest at once. */
    synchronized void attach(ProcessStreams started) {
        process = started;
        Size size = latest;
        if (size != null) {
            started.resize(size.width, size.height);
        }
    }

    synchronized void detach() {
        process = null;
    }

    private void parse(String text) {
        try {
            JsonNode node = JSON.readTree(text);
            int width = node.path("Width").asInt();
            int height = node.path("Height").asInt();
            if (width > 0 && width <= MOST_CELLS && height > 0 && height <= MOST_CELLS) {
                apply(new Size(width, height));
            }
        } catch (JacksonException _) {
            // No size: ignored.
        }
    }

    private synchronized void apply(Size size) {
        latest = size;
        ProcessStreams running = process;
        if (running != null) {
            running.resize(size.width, size.height);
        }
    }
}
