package dev.berth.tests.blackbox;

import dev.berth.cri.v1.LinuxContainerResources;
import dev.berth.cri.v1.UpdateContainerResourcesRequest;
import dev.berth.tests.client.CriClient;

/** Changes of a container's limits. */
final class Resources {
    private Resources() {}

    static void update(CriClient client, String container, LinuxContainerResources resources) {
        client.runtime()
                .updateContainerResources(UpdateContainerResourcesRequest.newBuilder()
                        .setContainerId(container)
                        .setLinux(resources)
                        .build());
    }
}
