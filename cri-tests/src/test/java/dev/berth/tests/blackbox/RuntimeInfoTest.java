package dev.berth.tests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.v1.CgroupDriver;
import dev.berth.cri.v1.RuntimeCondition;
import dev.berth.cri.v1.RuntimeConfigRequest;
import dev.berth.cri.v1.StatusRequest;
import dev.berth.cri.v1.VersionRequest;
import dev.berth.cri.v1.VersionResponse;
import dev.berth.tests.coverage.Covers;
import dev.berth.tests.node.TestNode;
import dev.berth.tests.world.OnNode;
import java.util.List;
import org.junit.jupiter.api.Test;

@OnNode
class RuntimeInfoTest {
    private final TestNode node;

    RuntimeInfoTest(TestNode node) {
        this.node = node;
    }

    @Test
    @Covers("runtime.version")
    void theRuntimeSaysWhatItIs() {
        VersionResponse version = node.client()
                .runtime()
                .version(VersionRequest.newBuilder().setVersion("0.1.0").build());
        assertFalse(version.getVersion().isEmpty());
        assertFalse(version.getRuntimeName().isEmpty());
        assertFalse(version.getRuntimeVersion().isEmpty());
        assertEquals("v1", version.getRuntimeApiVersion());
    }

    @Test
    @Covers("runtime.conditions")
    void runtimeAndNetworkAreReady() {
        List<String> ready =
                node
                        .client()
                        .runtime()
                        .status(StatusRequest.getDefaultInstance())
                        .getStatus()
                        .getConditionsList()
                        .stream()
                        .filter(RuntimeCondition::getStatus)
                        .map(RuntimeCondition::getType)
                        .toList();
        assertTrue(ready.containsAll(List.of("RuntimeReady", "NetworkReady")), ready.toString());
    }

    @Test
    @Covers("feature.cgroup-driver")
    void theKubeletIsToldTheCgroupDriver() {
        assertNotEquals(
                CgroupDriver.UNRECOGNIZED,
                node.client()
                        .runtime()
                        .runtimeConfig(RuntimeConfigRequest.getDefaultInstance())
                        .getLinux()
                        .getCgroupDriver());
    }
}
