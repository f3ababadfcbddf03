package dev.berth.cri.streaming.server;

import dev.berth.cri.server.Rpc;
import dev.berth.cri.streaming.StreamTargets;
import dev.berth.cri.streaming.token.Grant;
import dev.berth.cri.v1.AttachRequest;
import dev.berth.cri.v1.AttachResponse;

/** Attach: checks the request and answers with the address of its session. */
public final class AttachOffer implements Rpc<AttachRequest, AttachResponse> {
    private final StreamTargets targets;
    private final StreamServer server;

    public AttachOffer(StreamTargets targets, StreamServer server) {
        this.targets = targets;
        this.server = server;
    }

    @Override
    public AttachResponse call(AttachRequest request) {
        StreamChoice.check(request.getStdin(), request.getStdout(), request.getStderr(), request.getTty());
        targets.checkAttach(request);
        return AttachResponse.newBuilder()
                .setUrl(server.offer(new Grant.Attach(request)))
                .build();
    }
}
