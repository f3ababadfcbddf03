package dev.berth.cri.node;

import dev.berth.cri.config.EffectiveConfig;
import dev.berth.cri.handler.Handlers;
import dev.berth.cri.server.RpcTable;
import dev.berth.cri.v1.RuntimeServiceGrpc;
import java.util.Map;
import java.util.function.Supplier;

/** The RPCs in which the node speaks about itself. */
public final class NodeRpcs {
    private NodeRpcs() {}

    /** Version, Status and RuntimeConfig. */
    public static RpcTable table(EffectiveConfig config, Conditions conditions) {
        Build build = Build.current();
        Map<String, Supplier<String>> info = Map.of(
                "config",
                config::json,
                "build",
                () -> "{\"version\":\"%s\",\"java\":\"%s\"}".formatted(build.version(), Runtime.version()));
        return RpcTable.builder()
                .unary(RuntimeServiceGrpc.getVersionMethod(), new Version(build))
                .unary(
                        RuntimeServiceGrpc.getStatusMethod(),
                        new Status(
                                conditions,
                                Handlers.names(config.config().runtimes().keySet()),
                                info))
                .unary(
                        RuntimeServiceGrpc.getRuntimeConfigMethod(),
                        new RuntimeConfig(config.config().cgroup().driver()))
                .build();
    }
}
