package dev.berth.cri.streaming.remotecommand;

import dev.berth.cri.streaming.flow.ClientChannel;
import dev.berth.cri.streaming.flow.Outlet;
import dev.berth.cri.streaming.flow.Receiver;
import dev.berth.cri.streaming.spdy.SpdyStream;
import dev.berth.cri.streaming.spdy.StreamTaker;
import dev.berth.runtime.kernel.Kernel;
import io.netty.handler.codec.spdy.SpdyHeaders;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Exec or attach over SPDY: one stream per direction. It starts when the client has opened all that it asked for. */
public final class SpdyCommand implements StreamTaker {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String ERROR = "error";
    private static final String STDIN = "stdin";
    private static final String STDOUT = "stdout";
    private static final String STDERR = "stderr";
    private static final String RESIZE = "resize";

    private final ClientChannel client;
    private final CommandSession session;
    private final Set<String> expected;
    private final Map<String, SpdyStream> streams = new HashMap<>();
    private boolean started;

    public SpdyCommand(Kernel kernel, ClientChannel client, Command command, Protocol protocol) {
        this.client = client;
        this.session = new CommandSession(kernel, client, command, protocol);
        this.expected = expected(command, protocol);
        client.later(PATIENCE, () -> {
            if (!started) {
                client.close();
            }
        });
    }

    private static Set<String> expected(Command command, Protocol protocol) {
        Set<String> types = new HashSet<>(Set.of(ERROR));
        if (command.stdin()) {
            types.add(STDIN);
        }
        if (command.stdout()) {
            types.add(STDOUT);
        }
        if (command.stderr()) {
            types.add(STDERR);
        }
        if (command.tty() && protocol.resizes()) {
            types.add(RESIZE);
        }
        return types;
    }

    @Override
    public Optional<Receiver> accept(SpdyStream stream, SpdyHeaders headers) {
        String type = headers.getAsString("streamtype");
        if (type == null || !expected.contains(type) || streams.putIfAbsent(type, stream) != null) {
            return Optional.empty();
        }
        return Optional.of(
                switch (type) {
                    case STDIN -> session.stdin();
                    case RESIZE -> session.resizes();
                    default -> Receiver.DISCARD;
                });
    }

    @Override
    public void accepted(SpdyStream stream) {
        if (!started && streams.keySet().equals(expected)) {
            started = true;
            session.start(new CommandSession.Outlets(
                    outlet(STDOUT), outlet(STDERR), outlet(ERROR), () -> client.finish(null)));
        }
    }

    private Outlet outlet(String type) {
        Outlet stream = streams.get(type);
        return stream == null ? Outlet.DISCARD : stream;
    }

    @Override
    public void reset(SpdyStream stream) {
        // Its receiver was told that nothing follows; what is sent on it is dropped.
    }

    @Override
    public void closed(SpdyStream stream) {}

    @Override
    public void gone() {
        session.clientGone();
    }
}
