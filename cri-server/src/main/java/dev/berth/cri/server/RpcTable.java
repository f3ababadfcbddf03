package dev.berth.cri.server;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which object answers which RPC. Immutable; an RPC that is not in the table is answered with UNIMPLEMENTED. */
public final class RpcTable {
    /** An answer to one RPC, unary or streaming. */
    sealed interface Entry<Q, R> {
        /** An answer of one message. */
        record Unary<Q, R>(Rpc<Q, R> rpc) implements Entry<Q, R> {}

        /** An answer of many messages. */
        record Stream<Q, R>(StreamRpc<Q, R> rpc) implements Entry<Q, R> {}
    }

    private final Map<String, Entry<?, ?>> entries;

    private RpcTable(Map<String, Entry<?, ?>> entries) {
        this.entries = Map.copyOf(entries);
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Full names of the RPCs that have an answer, for example {@code runtime.v1.RuntimeService/Version}. */
    public Set<String> methods() {
        return entries.keySet();
    }

    @SuppressWarnings("unchecked") // The builder only takes an entry together with a descriptor of the same types.
    <Q, R> @Nullable Entry<Q, R> find(MethodDescriptor<Q, R> method) {
        return (Entry<Q, R>) entries.get(method.getFullMethodName());
    }

    /** Collects the answers; each RPC may be given once. */
    public static final class Builder {
        private final Map<String, Entry<?, ?>> entries = new LinkedHashMap<>();

        private Builder() {}

        public <Q, R> Builder unary(MethodDescriptor<Q, R> method, Rpc<Q, R> rpc) {
            return add(method, MethodType.UNARY, new Entry.Unary<>(rpc));
        }

        public <Q, R> Builder stream(MethodDescriptor<Q, R> method, StreamRpc<Q, R> rpc) {
            return add(method, MethodType.SERVER_STREAMING, new Entry.Stream<>(rpc));
        }

        /** Adds every answer of another table. */
        public Builder all(RpcTable table) {
            table.entries.forEach(this::put);
            return this;
        }

        public RpcTable build() {
            return new RpcTable(entries);
        }

        private <Q, R> Builder add(MethodDescriptor<Q, R> method, MethodType type, Entry<Q, R> entry) {
            if (method.getType() != type) {
                throw new IllegalArgumentException("%s is %s on the wire, but was given an answer for %s."
                        .formatted(method.getFullMethodName(), method.getType(), type));
            }
            put(method.getFullMethodName(), entry);
            return this;
        }

        private void put(String name, Entry<?, ?> entry) {
            if (entries.putIfAbsent(name, entry) != null) {
                throw new IllegalArgumentException(name + " was given two answers; each RPC takes one.");
            }
        }
    }
}
