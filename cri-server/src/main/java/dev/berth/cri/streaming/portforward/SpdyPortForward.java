package dev.berth.cri.streaming.portforward;

import dev.berth.cri.streaming.StreamTargets;
import dev.berth.cri.streaming.flow.ClientChannel;
import dev.berth.cri.streaming.flow.Receiver;
import dev.berth.cri.streaming.spdy.SpdyStream;
import dev.berth.cri.streaming.spdy.StreamTaker;
import dev.berth.runtime.kernel.Kernel;
import io.netty.handler.codec.spdy.SpdyHeaders;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Port-forward over SPDY: per TCP connection of the client a stream for errors and one for data, paired by their request id. */
public final class SpdyPortForward implements StreamTaker {
    /** The protocol's name on the wire. */
    public static final String PROTOCOL = "portforward.k8s.io";

    private static final int MOST_PORT = 65_535;
    private static final int MOST_DIGITS = 5;

    private static final class Pair {
        final PortConnection connection;

        @Nullable
        SpdyStream data;

        @Nullable
        SpdyStream error;

        Pair(PortConnection connection) {
            this.connection = connection;
        }
    }

    private final Kernel kernel;
    private final StreamTargets targets;
    private final ClientChannel client;
    private final String pod;
    private final Map<String, Pair> incomplete = new HashMap<>();
    private final Map<SpdyStream, Pair> open = new HashMap<>();

    public SpdyPortForward(Kernel kernel, StreamTargets targets, ClientChannel client, String pod) {
        this.kernel = kernel;
        this.targets = targets;
        this.client = client;
        this.pod = pod;
    }

    @Override
    public Optional<Receiver> accept(SpdyStream stream, SpdyHeaders headers) {
        String type = headers.getAsString("streamtype");
        String request = headers.getAsString("requestid");
        int port = port(headers.getAsString("port"));
        boolean data = Objects.equals(type, "data");
        if (type == null || request == null || port < 1 || !(data || type.equals("error"))) {
            return Optional.empty();
        }
        Pair pair = incomplete.computeIfAbsent(
                request, _ -> new Pair(new PortConnection(kernel, targets, client, pod, port)));
        if (pair.connection.port() != port || (data ? pair.data : pair.error) != null) {
            return Optional.empty();
        }
        if (data) {
            pair.data = stream;
        } else {
            pair.error = stream;
        }
        if (pair.data != null && pair.error != null) {
            incomplete.remove(request);
        }
        open.put(stream, pair);
        return Optional.of(data ? pair.connection.fromClient() : Receiver.DISCARD);
    }

    /** The number in a header, 0 when it is no port. */
    private static int port(@Nullable String text) {
        if (text == null
                || text.isEmpty()
                || text.length() > MOST_DIGITS
                || !text.chars().allMatch(digit -> digit >= '0' && digit <= '9')) {
            return 0;
        }
        int port = Integer.parseInt(text);
        return port <= MOST_PORT ? port : 0;
    }

    @Override
    public void accepted(SpdyStream stream) {
        Pair pair = open.get(stream);
        SpdyStream data = pair == null ? null : pair.data;
        SpdyStream error = pair == null ? null : pair.error;
        if (pair != null && data != null && error != null) {
            pair.connection.start(data, error);
        }
    }

    @Override
    public void closed(SpdyStream stream) {
        open.remove(stream);
    }

    @Override
    public void reset(SpdyStream stream) {
        Pair pair = open.remove(stream);
        if (pair != null) {
            incomplete.values().remove(pair);
            pair.connection.clientGone();
        }
    }

    @Override
    public void gone() {
        open.values().forEach(pair -> pair.connection.clientGone());
        open.clear();
        incomplete.clear();
    }
}
