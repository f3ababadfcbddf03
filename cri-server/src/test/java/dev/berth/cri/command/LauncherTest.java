package dev.berth.cri.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The launcher script beside made-up JDKs, each of which prints how it was called. */
@Timeout(60)
class LauncherTest {
    @TempDir
    private Path directory;

    private Path launcher;

    /**
     * What the launcher did.
     *
     * @param text standard output and error
     */
    private record Outcome(int exit, String text) {}

    @BeforeEach
    void installs() throws Exception {
        launcher = directory.resolve("berth");
        Files.copy(Path.of("../berth").toAbsolutePath().normalize(), launcher);
        executable(launcher);
        Files.createDirectory(directory.resolve("lib"));
        Files.writeString(directory.resolve("lib/berth-cri-server-1.jar"), "");
    }

    @Test
    void javaHomeWinsWhenItIsNewEnough() throws Exception {
        Path home = jdk("mine", "26.0.1");
        Outcome outcome =
                run(List.of(launcher.toString(), "serve", "--socket", "/a b"), Map.of("JAVA_HOME", home.toString()));
        assertEquals(0, outcome.exit(), outcome.text());
        assertTrue(outcome.text().startsWith("mine "), outcome.text());
        assertTrue(
                outcome.text()
                        .endsWith("[-jar] [" + directory + "/lib/berth-cri-server-1.jar] [serve] [--socket] [/a b]\n"),
                outcome.text());
    }

    @Test
    void anOldJavaHomeIsPassedOver() throws Exception {
        Path home = jdk("old", "21.0.4");
        Outcome outcome = run(List.of(launcher.toString(), "version"), Map.of("JAVA_HOME", home.toString()));
        assertFalse(outcome.text().startsWith("old "), outcome.text());
    }

    @Test
    void aCacheIsUsedWhenThereIsOne() throws Exception {
        Path home = jdk("mine", "25");
        Map<String, String> environment = Map.of("JAVA_HOME", home.toString());
        assertFalse(run(List.of(launcher.toString()), environment).text().contains("AOTCache"));
        Path cache = Files.writeString(directory.resolve("lib/berth.aot"), "");
        assertTrue(run(List.of(launcher.toString()), environment).text().contains("[-XX:AOTCache=" + cache + "]"));
    }

    @Test
    void isFoundThroughALink() throws Exception {
        Path home = jdk("mine", "25");
        Path link = Files.createSymbolicLink(
                Files.createDirectory(directory.resolve("bin")).resolve("berth"), launcher);
        Outcome outcome = run(List.of(link.toString()), Map.of("JAVA_HOME", home.toString()));
        assertEquals(0, outcome.exit(), outcome.text());
    }

    @Test
    void withoutJarsItSaysHowToBuildThem() throws Exception {
        Files.delete(directory.resolve("lib/berth-cri-server-1.jar"));
        Files.delete(directory.resolve("lib"));
        Outcome outcome = run(List.of(launcher.toString()), Map.of());
        assertEquals(1, outcome.exit());
        assertTrue(outcome.text().contains("the jars are missing: build them with"), outcome.text());
    }

    /** Needs root, to hide the JDKs of this machine in a mount namespace of its own. */
    @Test
    void withoutAJdkItSaysWhereItLooked() throws Exception {
        Path old = jdk("old", "17.0.1");
        String script =
                "mkdir -p /usr/lib/jvm && mount -t tmpfs none /usr/lib/jvm && exec env -i PATH=/usr/bin:/bin JAVA_HOME=%s %s"
                        .formatted(old, launcher);
        Outcome outcome = run(List.of("unshare", "-m", "sh", "-c", script), Map.of());
        assertEquals(1, outcome.exit(), outcome.text());
        assertTrue(outcome.text().contains("no Java 25 found: looked at JAVA_HOME (" + old + ")"), outcome.text());
        assertTrue(outcome.text().contains("install a JDK 25"), outcome.text());
    }

    private Path jdk(String name, String version) throws IOException {
        Path home = Files.createDirectories(directory.resolve("jdks").resolve(name));
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"%s\"\n".formatted(version));
        Path java = Files.createDirectory(home.resolve("bin")).resolve("java");
        executable(Files.writeString(java, "#!/bin/sh\nprintf %s\nprintf ' [%%s]' \"$@\"\necho\n".formatted(name)));
        return home;
    }

    private static void executable(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static Outcome run(List<String> command, Map<String, String> environment) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().remove("JAVA_HOME");
        builder.environment().putAll(environment);
        Process process = builder.start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(30, TimeUnit.SECONDS));
        return new Outcome(process.exitValue(), text);
    }
}
