package dev.berth.cri.streaming.server;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.server.Rpc;
import dev.berth.cri.streaming.StreamTargets;
import dev.berth.cri.streaming.token.Grant;
import dev.berth.cri.v1.PortForwardRequest;
import dev.berth.cri.v1.PortForwardResponse;

/** PortForward: checks the request and answers with the address of its session. */
public final class PortForwardOffer implements Rpc<PortForwardRequest, PortForwardResponse> {
    private static final int MOST_PORT = 65_535;

    private final StreamTargets targets;
    private final StreamServer server;

    public PortForwardOffer(StreamTargets targets, StreamServer server) {
        this.targets = targets;
        this.server = server;
    }

    @Override
    public PortForwardResponse call(PortForwardRequest request) {
        for (int port : request.getPortList()) {
            if (port < 1 || port > MOST_PORT) {
                throw CriFailure.invalid("%d is no port; ports are 1 to %d".formatted(port, MOST_PORT));
            }
        }
        targets.checkPortForward(request);
        return PortForwardResponse.newBuilder()
                .setUrl(server.offer(new Grant.PortForward(request)))
                .build();
    }
}
