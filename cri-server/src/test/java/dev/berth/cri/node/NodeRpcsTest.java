package dev.berth.cri.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.berth.cri.config.ConfigLoader;
import dev.berth.cri.config.Flags;
import dev.berth.cri.v1.CgroupDriver;
import dev.berth.cri.v1.RuntimeCondition;
import dev.berth.cri.v1.RuntimeConfigRequest;
import dev.berth.cri.v1.RuntimeHandler;
import dev.berth.cri.v1.StatusRequest;
import dev.berth.cri.v1.StatusResponse;
import dev.berth.cri.v1.VersionRequest;
import dev.berth.cri.v1.VersionResponse;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class NodeRpcsTest {
    private static final StatusRequest QUIET = StatusRequest.getDefaultInstance();

    @Test
    void theTableHoldsWhatTheNodeSaysAboutItself() {
        assertEquals(
                Set.of(
                        "runtime.v1.RuntimeService/Version",
                        "runtime.v1.RuntimeService/Status",
                        "runtime.v1.RuntimeService/RuntimeConfig"),
                Node.bare(ConfigLoader.load(null, new Flags())).rpcs().methods());
    }

    @Test
    void versionNamesTheRuntimeAndTheApi() {
        VersionResponse version = new Version(Build.current()).call(VersionRequest.getDefaultInstance());
        assertEquals("0.1.0", version.getVersion());
        assertEquals("berth", version.getRuntimeName());
        assertEquals("v1", version.getRuntimeApiVersion());
        assertTrue(
                version.getRuntimeVersion().matches("[0-9]+\\.[0-9]+\\.[0-9]+(-[A-Za-z0-9.]+)?"),
                version.getRuntimeVersion());
    }

    @Test
    void aReadyNodeHasBothConditionsAndNoReasons() {
        StatusResponse status = new Status(Conditions.met(), List.of("", "berth"), Map.of()).call(QUIET);
        assertEquals(List.of("RuntimeReady", "NetworkReady"), types(status));
        for (RuntimeCondition condition : status.getStatus().getConditionsList()) {
            assertTrue(condition.getStatus());
            assertEquals("", condition.getReason());
        }
        assertTrue(status.getInfoMap().isEmpty(), "only a verbose call shows more");
    }

    @Test
    void aMissingNetworkIsSaidWithItsReason() {
        Conditions conditions = new Conditions() {
            @Override
            public Condition runtime() {
                return Condition.met();
            }

            @Override
            public Condition network() {
                return Condition.unmet("NoNetworkConfig", "There is no *.conflist in /etc/cni/net.d.");
            }

            @Override
            public boolean userNamespaces() {
                return false;
            }
        };
        RuntimeCondition network = new Status(conditions, List.of("", "berth"), Map.of())
                .call(QUIET)
                .getStatus()
                .getConditions(1);
        assertFalse(network.getStatus());
        assertEquals("NoNetworkConfig", network.getReason());
        assertEquals("There is no *.conflist in /etc/cni/net.d.", network.getMessage());
    }

    @Test
    void theUnnamedHandlerAndTheNamedOneCanDoTheSame() {
        StatusResponse status = new Status(Conditions.met(), List.of("", "berth"), Map.of()).call(QUIET);
        assertEquals(
                List.of("", "berth"),
                status.getRuntimeHandlersList().stream()
                        .map(RuntimeHandler::getName)
                        .toList());
        for (RuntimeHandler handler : status.getRuntimeHandlersList()) {
            assertTrue(handler.getFeatures().getRecursiveReadOnlyMounts());
            assertTrue(handler.getFeatures().getUserNamespaces());
        }
        assertTrue(status.getFeatures().getSupplementalGroupsPolicy());
    }

    @Test
    void aVerboseStatusShowsTheConfigurationAsJson() throws Exception {
        StatusResponse status = verbose();
        for (String value : status.getInfoMap().values()) {
            assertTrue(new ObjectMapper().readTree(value).isObject(), value);
        }
        JsonNode config = new ObjectMapper().readTree(status.getInfoOrThrow("config"));
        assertEquals("/etc/cni/\"net\".d", config.at("/cni/conf_dir").textValue());
        assertEquals(4, config.at("/images/max_concurrent_downloads").intValue());
        assertFalse(config.at("/containers/seccomp_default").booleanValue());
        assertEquals("/opt/cni/bin", config.at("/cni/bin_dirs/0").textValue());
    }

    @Test
    void theKubeletIsToldToUseCgroupfs() {
        assertEquals(
                CgroupDriver.CGROUPFS,
                new RuntimeConfig(dev.berth.cri.config.CgroupDriver.CGROUPFS)
                        .call(RuntimeConfigRequest.getDefaultInstance())
                        .getLinux()
                        .getCgroupDriver());
    }

    private static StatusResponse verbose() {
        Flags flags = new Flags().set("cni.conf_dir", "--cni-conf-dir", "/etc/cni/\"net\".d");
        Map<String, Supplier<String>> info = Map.of("config", ConfigLoader.load(null, flags)::json);
        return new Status(Conditions.met(), List.of("", "berth"), info)
                .call(StatusRequest.newBuilder().setVerbose(true).build());
    }

    private static List<String> types(StatusResponse status) {
        return status.getStatus().getConditionsList().stream()
                .map(RuntimeCondition::getType)
                .toList();
    }
}
