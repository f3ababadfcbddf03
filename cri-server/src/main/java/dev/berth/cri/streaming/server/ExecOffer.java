package dev.berth.cri.streaming.server;

import dev.berth.cri.server.Rpc;
import dev.berth.cri.streaming.StreamTargets;
import dev.berth.cri.streaming.token.Grant;
import dev.berth.cri.v1.ExecRequest;
import dev.berth.cri.v1.ExecResponse;

/** Exec: checks the request and answers with the address of its session. */
public final class ExecOffer implements Rpc<ExecRequest, ExecResponse> {
    private final StreamTargets targets;
    private final StreamServer server;

    public ExecOffer(StreamTargets targets, StreamServer server) {
        this.targets = targets;
        this.server = server;
    }

    @Override
    public ExecResponse call(ExecRequest request) {
        StreamChoice.check(request.getStdin(), request.getStdout(), request.getStderr(), request.getTty());
        targets.checkExec(request);
        return ExecResponse.newBuilder()
                .setUrl(server.offer(new Grant.Exec(request)))
                .build();
    }
}
