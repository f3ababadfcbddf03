package dev.berth.cri.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.server.TestClient;
import dev.berth.cri.v1.VersionRequest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs {@code berth serve} as the process that it is: signals, exit codes, who may connect. */
@Timeout(120)
class ServeProcessTest {
    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");
    private static final Pattern PAGE = Pattern.compile("Metrics are at (http://\\S+)\\.");

    @TempDir
    private Path directory;

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void endWhatRuns() throws Exception {
        for (Process process : started) {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void aTerminatedServerLeavesNoSocketAndSaysThatAllIsWell() throws Exception {
        Process server = serve("first");
        ask();
        server.destroy();
        assertTrue(server.waitFor(30, TimeUnit.SECONDS));
        assertEquals(0, server.exitValue(), log("first"));
        assertFalse(Files.exists(socket()));
        assertTrue(log("first").contains("Stopping; pods run on."), log("first"));
    }

    @Test
    void aKilledServerIsFollowedByTheNextOne() throws Exception {
        Process first = serve("first");
        ask();
        first.destroyForcibly().waitFor();
        assertTrue(Files.exists(socket()), "a killed server cannot tidy up");
        serve("second");
        ask();
    }

    @Test
    void aSecondServerIsRefusedWithItsOwnExitCodeAndTheFirstLivesOn() throws Exception {
        Process first = serve("first");
        ask();
        Process second = serve("second");
        assertTrue(second.waitFor(30, TimeUnit.SECONDS));
        assertEquals(3, second.exitValue(), log("second"));
        assertTrue(log("second").contains("(pid " + first.pid() + ")"), log("second"));
        ask();
    }

    @Test
    void theMetricsOfARunningServerCountItsCalls() throws Exception {
        serve("first");
        ask();
        URI page = URI.create(pageInLog());
        try (HttpClient client = HttpClient.newHttpClient()) {
            String text = client.send(HttpRequest.newBuilder(page).build(), HttpResponse.BodyHandlers.ofString())
                    .body();
            assertTrue(text.contains("berth_rpc_seconds_count{code=\"OK\",method=\"Version\"}"), text);
            assertTrue(text.contains("jvm_memory_used_bytes"), text);
            assertTrue(text.contains("berth_build_info{"), text);
        }
    }

    /** Needs root, to become somebody else. */
    @Test
    void anotherUserIsTurnedAwayEvenWhenTheSocketIsOpenToAll() throws Exception {
        serve("first");
        ask();
        for (Path path : List.of(directory, directory.resolve("run"), socket())) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxrwxrwx"));
        }
        Path source = Files.writeString(directory.resolve("Connect.java"), """
                import java.net.*;
                import java.nio.*;
                import java.nio.channels.*;
                public class Connect {
                    public static void main(String[] arguments) throws Exception {
                        SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(arguments[0]));
                        System.exit(channel.read(ByteBuffer.allocate(100)) < 0 ? 7 : 8);
                    }
                }
                """);
        List<String> connect = List.of(JAVA.toString(), source.toString(), socket().toString());
        assertEquals(8, run(connect), "root is greeted with HTTP/2 settings");
        List<String> asNobody = new ArrayList<>(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"));
        asNobody.addAll(connect);
        assertEquals(7, run(asNobody), "others see the connection closed");
        assertTrue(log("first").contains("uid 65534"), log("first"));
    }

    private Process serve(String name) throws IOException {
        Process server = new ProcessBuilder(
                        JAVA.toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.berth.cri.command.BareBerth",
                        "serve",
                        "--socket=" + socket(),
                        "--state=" + directory.resolve("state"),
                        "--root=" + directory.resolve("root"),
                        "--metrics-address=127.0.0.1:0")
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve(name + ".log").toFile())
                .start();
        started.add(server);
        return server;
    }

    private void ask() {
        try (TestClient client = new TestClient(socket())) {
            assertEquals(
                    "berth",
                    client.runtime()
                            .withWaitForReady()
                            .version(VersionRequest.getDefaultInstance())
                            .getRuntimeName());
        }
    }

    private String pageInLog() throws Exception {
        for (int i = 0; i < 300; i++) {
            Matcher page = PAGE.matcher(log("first"));
            if (page.find()) {
                return page.group(1);
            }
            Thread.sleep(50);
        }
        throw new AssertionError(log("first"));
    }

    private int run(List<String> command) throws Exception {
        Process process = new ProcessBuilder(command).inheritIO().start();
        started.add(process);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        return process.exitValue();
    }

    private Path socket() {
        return directory.resolve("run/berth.sock");
    }

    private String log(String name) throws IOException {
        return Files.readString(directory.resolve(name + ".log"));
    }
}
