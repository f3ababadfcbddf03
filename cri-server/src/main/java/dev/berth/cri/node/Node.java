package dev.berth.cri.node;

import dev.berth.cri.config.EffectiveConfig;
import dev.berth.cri.metrics.Metrics;
import dev.berth.cri.metrics.Reading;
import dev.berth.cri.server.RpcTable;
import java.io.IOException;
import java.util.List;

/**
 * All that answers RPCs on this machine. Life: made, then {@link #rpcs} are served, then {@link #start} runs beside them, and
 * {@link #close} after the last call has ended. Pods outlive it.
 */
public interface Node extends AutoCloseable {
    /** Makes a node. Called before the socket listens, so it must be quick: no native library, no scan of a disk. */
    @FunctionalInterface
    interface Factory {
        Node make(EffectiveConfig config, Metrics metrics) throws IOException;
    }

    /** What it answers. RPCs that need what {@link #start} brings wait for it by themselves. */
    RpcTable rpcs();

    /** What it lets Prometheus read. */
    List<Reading> readings();

    /**
     * Brings the node up: loads the native library, adopts the pods that run, sweeps what is left over. Runs once, while the
     * socket already listens; a failure ends the process.
     */
    void start() throws IOException, InterruptedException;

    /** Lets go of what the node holds in this process. */
    @Override
    void close();

    /** A node that only speaks about itself. */
    static Node bare(EffectiveConfig config) {
        return new Node() {
            @Override
            public RpcTable rpcs() {
                return NodeRpcs.table(config, Conditions.met());
            }

            @Override
            public List<Reading> readings() {
                return List.of();
            }

            @Override
            public void start() {}

            @Override
            public void close() {}
        };
    }
}
