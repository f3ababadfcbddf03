package dev.berth.cri.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.ByteString;
import dev.berth.cri.v1.AuthConfig;
import dev.berth.cri.v1.ContainerConfig;
import dev.berth.cri.v1.ContainerMetadata;
import dev.berth.cri.v1.KeyValue;
import dev.berth.cri.v1.Mount;
import dev.berth.cri.v1.MountPropagation;
import org.junit.jupiter.api.Test;

class MessageJsonTest {
    @Test
    void whatIsSetIsThereByItsJsonName() {
        ContainerConfig config = ContainerConfig.newBuilder()
                .setMetadata(ContainerMetadata.newBuilder().setName("main").setAttempt(2))
                .addCommand("top")
                .addEnvs(KeyValue.newBuilder().setKey("A").setValue(ByteString.copyFromUtf8("b")))
                .addMounts(
                        Mount.newBuilder().setHostPath("/a").setPropagation(MountPropagation.PROPAGATION_BIDIRECTIONAL))
                .putLabels("app", "harbour")
                .setTty(true)
                .build();
        assertEquals("""
                {"metadata":{"name":"main","attempt":2},"command":["top"],"envs":[{"key":"A","value":"b"}],\
                "mounts":[{"hostPath":"/a","propagation":"PROPAGATION_BIDIRECTIONAL"}],\
                "labels":{"app":"harbour"},"tty":true}""", MessageJson.of(config).toString());
    }

    @Test
    void secretsAreLeftOut() {
        AuthConfig auth = AuthConfig.newBuilder()
                .setUsername("sailor")
                .setPassword("secret")
                .setServerAddress("harbour")
                .build();
        assertEquals(
                "{\"username\":\"sailor\",\"serverAddress\":\"harbour\"}",
                MessageJson.of(auth).toString());
    }
}
