package dev.berth.cri.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.v1.NetworkConfig;
import dev.berth.cri.v1.RuntimeConfig;
import dev.berth.cri.v1.UpdateRuntimeConfigRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RuntimeConfigUpdateTest {
    @TempDir
    private Path directory;

    @Test
    void theTemplateIsFilledInAndWritten() throws Exception {
        Path template = Files.writeString(directory.resolve("template"), "{{.PodCIDR}} {{.PodCIDRRanges}}");
        Path conf = directory.resolve("net.d");
        RuntimeConfigUpdate update = new RuntimeConfigUpdate(Optional.of(new PodCidrTemplate(template, conf)));
        update.call(request("10.1.0.0/24,fd00:1::/64"));
        assertEquals(
                "10.1.0.0/24 [[{\"subnet\": \"10.1.0.0/24\"}], [{\"subnet\": \"fd00:1::/64\"}]]",
                Files.readString(conf.resolve("10-berth.conflist")));
        update.call(request("10.2.0.0/24"));
        assertEquals(
                "10.2.0.0/24 [[{\"subnet\": \"10.2.0.0/24\"}]]", Files.readString(conf.resolve("10-berth.conflist")));
        assertFalse(Files.exists(conf.resolve("10-berth.conflist.new")));
    }

    @Test
    void withoutATemplateItIsAccepted() {
        new RuntimeConfigUpdate(Optional.empty()).call(request("10.1.0.0/24"));
        new RuntimeConfigUpdate(Optional.empty()).call(request(""));
    }

    @Test
    void whatIsNoRangeIsRefused() {
        for (String wrong :
                new String[] {"10.1.0.0", "x/24", "10.1.0.0/24,", "\"/1", "10.0.0.0/8,10.0.0.0/8,10.0.0.0/8"}) {
            CriFailure failure = assertThrows(
                    CriFailure.class, () -> new RuntimeConfigUpdate(Optional.empty()).call(request(wrong)));
            assertEquals(CriFailure.Kind.INVALID, failure.kind(), wrong);
        }
    }

    private static UpdateRuntimeConfigRequest request(String cidr) {
        return UpdateRuntimeConfigRequest.newBuilder()
                .setRuntimeConfig(RuntimeConfig.newBuilder()
                        .setNetworkConfig(NetworkConfig.newBuilder().setPodCidr(cidr)))
                .build();
    }
}
