package dev.berth.cri.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.v1.ContainerConfig;
import dev.berth.cri.v1.ContainerMetadata;
import dev.berth.cri.v1.KeyValue;
import dev.berth.image.manifest.ImageConfig;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class CommandTest {
    private static final String IMAGE = """
            {"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": []},
             "config": {"Entrypoint": ["/entry"], "Cmd": ["one", "two"], "WorkingDir": "/srv",
                        "Env": ["PATH=/image/bin", "LANG=C", "broken"]}}
            """;
    private static final String BARE = """
            {"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": []}, "config": {}}
            """;

    private final ContainerConfig.Builder config = ContainerConfig.newBuilder()
            .setMetadata(ContainerMetadata.newBuilder().setName("web"));

    @Test
    void withoutAnythingAskedTheImageDecides() {
        Command command = command(IMAGE);
        assertEquals(List.of("/entry", "one", "two"), command.arguments());
        assertEquals("/srv", command.workingDirectory());
    }

    @Test
    void argumentsReplaceOnlyTheImagesCmd() {
        config.addArgs("three");
        assertEquals(List.of("/entry", "three"), command(IMAGE).arguments());
    }

    @Test
    void aCommandReplacesEntrypointAndCmd() {
        config.addCommand("/other");
        assertEquals(List.of("/other"), command(IMAGE).arguments());
        config.addArgs("three");
        assertEquals(List.of("/other", "three"), command(IMAGE).arguments());
    }

    @Test
    void nothingToRunIsRefused() {
        CriFailure failure = assertThrows(CriFailure.class, () -> command(BARE));
        assertEquals(CriFailure.Kind.INVALID, failure.kind());
        assertEquals("the container web has no command, and neither has its image; give one", failure.getMessage());
    }

    @Test
    void theRequestsDirectoryWinsAndTheRootIsTheLastResort() {
        config.setWorkingDir("/asked").addCommand("x");
        assertEquals("/asked", command(IMAGE).workingDirectory());
        config.clearWorkingDir();
        assertEquals("/", command(BARE).workingDirectory());
    }

    @Test
    void theEnvironmentIsTheImagesWithTheRequestsOverIt() {
        env("LANG", "de");
        env("NEW", "a=b");
        env("NEW", "");
        assertEquals(
                List.of("PATH=/image/bin", "LANG=de", "NEW="), command(IMAGE).environment());
    }

    @Test
    void aPathIsThereAlsoWhenTheImageHasNone() {
        config.addCommand("x");
        assertEquals(
                List.of("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
                command(BARE).environment());
    }

    @Test
    void aTerminalHasATypeUnlessOneWasGiven() {
        config.setTty(true).addCommand("x");
        assertTrue(command(BARE).environment().contains("TERM=xterm"));
        env("TERM", "dumb");
        assertTrue(command(BARE).environment().contains("TERM=dumb"));
    }

    @Test
    void aVariableNeedsAName() {
        env("A=B", "c");
        CriFailure failure = assertThrows(CriFailure.class, () -> command(IMAGE));
        assertEquals("the environment variable 'A=B' needs a name without =", failure.getMessage());
        config.clearEnvs();
        env("", "c");
        assertThrows(CriFailure.class, () -> command(IMAGE));
    }

    private void env(String name, String value) {
        config.addEnvs(KeyValue.newBuilder().setKey(name).setValue(ByteString.copyFromUtf8(value)));
    }

    private Command command(String image) {
        return Command.of(config.build(), ImageConfig.parse("test", image.getBytes(StandardCharsets.UTF_8)));
    }
}
