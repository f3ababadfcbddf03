package dev.berth.cri.node;

import dev.berth.cri.handler.Handlers;
import dev.berth.cri.server.Rpc;
import dev.berth.cri.v1.RuntimeCondition;
import dev.berth.cri.v1.RuntimeFeatures;
import dev.berth.cri.v1.RuntimeHandler;
import dev.berth.cri.v1.RuntimeHandlerFeatures;
import dev.berth.cri.v1.RuntimeStatus;
import dev.berth.cri.v1.StatusRequest;
import dev.berth.cri.v1.StatusResponse;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Answers Status: the conditions as they are now and what the runtime handlers can do. */
public final class Status implements Rpc<StatusRequest, StatusResponse> {
    private static final List<String> BUILT_IN = List.of("", Handlers.BUILT_IN);

    private final Conditions conditions;
    private final List<String> handlers;
    private final Map<String, Supplier<String>> info;
    private final StatusResponse fixed;

    /**
     * @param handlers the names of the runtime handlers; the empty one is that of pods that name none
     * @param info what a verbose call shows: each value is one JSON object
     */
    public Status(Conditions conditions, List<String> handlers, Map<String, Supplier<String>> info) {
        this.conditions = conditions;
        this.handlers = List.copyOf(handlers);
        this.info = Map.copyOf(info);
        this.fixed = StatusResponse.newBuilder()
                .setFeatures(RuntimeFeatures.newBuilder()
                        .setSupplementalGroupsPolicy(true)
                        .setMountOptions(true))
                .build();
    }

    @Override
    public StatusResponse call(StatusRequest request) {
        StatusResponse.Builder response = fixed.toBuilder()
                .addAllRuntimeHandlers(handlers.stream().map(this::handler).toList())
                .setStatus(RuntimeStatus.newBuilder()
                        .addConditions(condition("RuntimeReady", conditions.runtime()))
                        .addConditions(condition("NetworkReady", conditions.network())));
        if (request.getVerbose()) {
            info.forEach((key, value) -> response.putInfo(key, value.get()));
        }
        return response.build();
    }

    private static RuntimeCondition condition(String type, Condition condition) {
        return RuntimeCondition.newBuilder()
                .setType(type)
                .setStatus(condition.ready())
                .setReason(condition.reason())
                .setMessage(condition.message())
                .build();
    }

    private RuntimeHandler handler(String name) {
        return RuntimeHandler.newBuilder()
                .setName(name)
                .setFeatures(RuntimeHandlerFeatures.newBuilder()
                        .setRecursiveReadOnlyMounts(true)
                        .setUserNamespaces(BUILT_IN.contains(name) && conditions.userNamespaces()))
                .build();
    }
}
