package dev.berth.cri.server;

import dev.berth.cri.metrics.RpcMeter;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.stub.ServerCalls;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Binds every RPC of a service to its entry in the table. */
final class Dispatch {
    private final RpcTable table;
    private final RpcMeter meter;
    private final Set<CallInterrupt> openStreams = ConcurrentHashMap.newKeySet();

    Dispatch(RpcTable table, RpcMeter meter) {
        this.table = table;
        this.meter = meter;
    }

    ServerServiceDefinition service(ServiceDescriptor descriptor) {
        ServerServiceDefinition.Builder service = ServerServiceDefinition.builder(descriptor);
        for (MethodDescriptor<?, ?> method : descriptor.getMethods()) {
            service.addMethod(bind(method));
        }
        return service.build();
    }

    /** Ends the streams that run; they answer UNAVAILABLE. */
    void endStreams() {
        openStreams.forEach(CallInterrupt::interrupt);
    }

    private <Q, R> ServerMethodDefinition<Q, R> bind(MethodDescriptor<Q, R> method) {
        return ServerMethodDefinition.create(method, handler(method));
    }

    private <Q, R> ServerCallHandler<Q, R> handler(MethodDescriptor<Q, R> method) {
        String name = shortName(method);
        return switch (table.find(method)) {
            case RpcTable.Entry.Unary<Q, R>(Rpc<Q, R> rpc) ->
                ServerCalls.asyncUnaryCall(new UnaryCall<>(name, rpc, meter));
            case RpcTable.Entry.Stream<Q, R>(StreamRpc<Q, R> rpc) ->
                ServerCalls.asyncServerStreamingCall(new StreamCall<>(name, rpc, meter, openStreams));
            case null ->
                ServerCalls.asyncUnaryCall((_, out) -> {
                    FailureReply reply = FailureReply.unimplemented(name);
                    meter.begin(name).end(Status.Code.UNIMPLEMENTED, reply.kind());
                    out.onError(reply.status().asRuntimeException());
                });
        };
    }

    /** The RPC's own name: the names of the two services do not overlap. */
    private static String shortName(MethodDescriptor<?, ?> method) {
        String full = method.getFullMethodName();
        return full.substring(full.indexOf('/') + 1);
    }
}
