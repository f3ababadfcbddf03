package dev.berth.cri.metrics;

import io.grpc.Status;

/** Times RPCs. */
@FunctionalInterface
public interface RpcMeter {
    /** Starts to time one call of the RPC with this short name, for example {@code RunPodSandbox}. */
    Call begin(String method);

    /** A call that runs. */
    @FunctionalInterface
    interface Call {
        /**
         * Ends the call.
         *
         * @param code how it was answered
         * @param failureKind the kind of failure in lower case, empty for OK
         */
        void end(Status.Code code, String failureKind);
    }

    /** A meter that counts nothing. */
    static RpcMeter none() {
        return _ -> (_, _) -> {};
    }
}
