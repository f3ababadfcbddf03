package dev.berth.cri.assembly;

import dev.berth.cri.server.RpcTable;
import dev.berth.cri.streaming.StreamTargets;
import dev.berth.cri.streaming.server.AttachOffer;
import dev.berth.cri.streaming.server.ExecOffer;
import dev.berth.cri.streaming.server.PortForwardOffer;
import dev.berth.cri.streaming.server.StreamServer;
import dev.berth.cri.v1.RuntimeServiceGrpc;

/** The RPCs that answer with the address of a session. */
final class StreamRpcs {
    private StreamRpcs() {}

    static RpcTable table(StreamTargets targets, StreamServer server) {
        return RpcTable.builder()
                .unary(RuntimeServiceGrpc.getExecMethod(), new ExecOffer(targets, server))
                .unary(RuntimeServiceGrpc.getAttachMethod(), new AttachOffer(targets, server))
                .unary(RuntimeServiceGrpc.getPortForwardMethod(), new PortForwardOffer(targets, server))
                .build();
    }
}
