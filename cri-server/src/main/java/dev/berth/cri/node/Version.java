package dev.berth.cri.node;

import dev.berth.cri.server.Rpc;
import dev.berth.cri.v1.VersionRequest;
import dev.berth.cri.v1.VersionResponse;

/** Answers Version. */
public final class Version implements Rpc<VersionRequest, VersionResponse> {
    /** The version of the kubelet's runtime API; it has had this one value since 2016. */
    private static final String KUBELET_API = "0.1.0";

    private final VersionResponse response;

    public Version(Build build) {
        response = VersionResponse.newBuilder()
                .setVersion(KUBELET_API)
                .setRuntimeName("berth")
                .setRuntimeVersion(build.version())
                .setRuntimeApiVersion("v1")
                .build();
    }

    @Override
    public VersionResponse call(VersionRequest request) {
        return response;
    }
}
