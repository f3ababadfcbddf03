package dev.berth.runtime.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Debian's plugins (containernetworking-plugins) in a network and mount namespace that ends with the test. */
@Timeout(120)
class LiveCniTest {
    @TempDir
    Path dir;

    @Test
    void aPodOnTheBridgeIsReachedThroughAHostPortAndLeavesNothing() throws Exception {
        assertEquals("all is well", run("1.0.0"));
    }

    /** Prints on stdout what happened; see {@link LiveCni}. */
    private String run(String version) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(List.of(
                        "unshare",
                        "--net",
                        "--mount",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LiveCni.class.getName(),
                        dir.toString(),
                        version))
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output.strip();
    }
}
