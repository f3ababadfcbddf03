package dev.berth.cri.node;

import dev.berth.cri.server.Rpc;
import dev.berth.cri.v1.CgroupDriver;
import dev.berth.cri.v1.LinuxRuntimeConfiguration;
import dev.berth.cri.v1.RuntimeConfigRequest;
import dev.berth.cri.v1.RuntimeConfigResponse;

/** Answers RuntimeConfig: tells the kubelet which cgroup driver to use. */
public final class RuntimeConfig implements Rpc<RuntimeConfigRequest, RuntimeConfigResponse> {
    private final RuntimeConfigResponse response;

    public RuntimeConfig(dev.berth.cri.config.CgroupDriver driver) {
        response = RuntimeConfigResponse.newBuilder()
                .setLinux(LinuxRuntimeConfiguration.newBuilder().setCgroupDriver(wire(driver)))
                .build();
    }

    @Override
    public RuntimeConfigResponse call(RuntimeConfigRequest request) {
        return response;
    }

    private static CgroupDriver wire(dev.berth.cri.config.CgroupDriver driver) {
        return switch (driver) {
            case CGROUPFS -> CgroupDriver.CGROUPFS;
            case SYSTEMD -> CgroupDriver.SYSTEMD;
        };
    }
}
