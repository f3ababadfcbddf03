package dev.berth.cri.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigLoaderTest {
    @TempDir
    private Path directory;

    @Test
    void withoutAFileEverythingIsDefault() {
        BerthConfig config = ConfigLoader.combine(List.of()).config();
        assertEquals(Path.of("/run/berth/berth.sock"), config.socket());
        assertEquals(
                List.of(Path.of("/opt/cni/bin"), Path.of("/usr/lib/cni")),
                config.cni().binDirs());
        assertEquals(Optional.of(new Address("127.0.0.1", 9640)), config.metrics());
        assertEquals("/berth", config.cgroup().parent());
        assertFalse(config.containers().seccompDefault());
        assertTrue(config.containers().selinux());
    }

    @Test
    void aFlagWinsOverTheFileAndTheFileOverTheDefault() throws Exception {
        Path file = write("""
                socket = "/run/a.sock"
                root = "/srv/berth"

                [cni]
                timeout = "5s"
                bin_dirs = ["/a",
                            "/b"]
                [containers]
                seccomp_default = true
                ulimits = ["nofile=1024:unlimited"]
                [images]
                max_concurrent_downloads = 8
                """);
        EffectiveConfig effective = ConfigLoader.load(
                file, new Flags().set("socket", "--socket", "/run/b.sock").set("state", "--state", null));
        BerthConfig config = effective.config();
        assertEquals(Path.of("/run/b.sock"), config.socket());
        assertEquals(Path.of("/srv/berth"), config.root());
        assertEquals(Path.of("/run/berth"), config.state());
        assertEquals(Duration.ofSeconds(5), config.cni().timeout());
        assertEquals(List.of(Path.of("/a"), Path.of("/b")), config.cni().binDirs());
        assertEquals(
                List.of(new Ulimit("nofile", 1024, Ulimit.UNLIMITED)),
                config.containers().ulimits());
        assertTrue(config.containers().seccompDefault());
        assertEquals(8, config.images().maxConcurrentDownloads());
        String toml = effective.toml();
        assertLine("socket = \"/run/b.sock\" # from --socket", toml);
        assertLine("root = \"/srv/berth\" # from %s:2".formatted(file), toml);
        assertLine("state = \"/run/berth\" # from default", toml);
        assertLine("bin_dirs = [\"/a\", \"/b\"] # from %s:6".formatted(file), toml);
    }

    @Test
    void whatIsShownReadsBackAsTheSame() throws Exception {
        Path first = write("""
                log_level = "debug"
                metrics.address = ""
                streaming.address = "[::1]:10010"
                images.docker_config = "/root/\\"quoted\\"\\u0007/config.json"
                containers.ulimits = ["core=0"]
                """);
        EffectiveConfig effective = ConfigLoader.load(first, new Flags());
        Path second = write(effective.toml());
        assertEquals(effective.config(), ConfigLoader.load(second, new Flags()).config());
        assertEquals(LogLevel.DEBUG, effective.config().logLevel());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            sockt = "/x"                 | :1: there is no key sockt; did you mean socket?
            conf_dir = "/x"              | :1: there is no key conf_dir; did you mean cni.conf_dir?
            cni.conf_dirs = "/x"         | :1: there is no key cni.conf_dirs; did you mean cni.conf_dir?
            metrics.adress = ""          | :1: there is no key metrics.adress; did you mean metrics.address?
            flux_capacitor = 1           | :1: there is no key flux_capacitor; `berth config` shows every key.
            socket = 5                   | :1: socket must be an absolute path of at most 107 bytes in quotes; 5 is no text in quotes.
            socket = "run/x"             | :1: socket must be an absolute path of at most 107 bytes in quotes; "run/x" is not an absolute path.
            cni.timeout = "5 parsecs"    | "5 parsecs" is not a time span such as "500ms", "30s" or "2m".
            cni.timeout = "11m"          | must be a time span in quotes from 1s to 10m; 11m is out of range.
            images.max_concurrent_downloads = 0 | must be a whole number from 1 to 64; 0 is out of range.
            images.max_concurrent_downloads = "4" | must be a whole number from 1 to 64; "4" is no number.
            log_level = "loud"           | must be one of "error", "warning", "info", "debug"; "loud" is none of them.
            containers.seccomp_default = "yes" | must be true or false; "yes" is neither.
            containers.ulimits = "nofile=1" | "nofile=1" is no list.
            containers.ulimits = ["files=1"] | "files=1" names no limit; the limits are as, core,
            containers.ulimits = ["nofile=9:1"] | "nofile=9:1" has a soft limit above its hard limit.
            containers.ulimits = ["nofile=x"] | "nofile=x" has a limit that is neither a number nor "unlimited".
            metrics.address = "9640"     | must be "host:port", or "" for off; "9640" is not host:port.
            metrics.address = "h:70000"  | "h:70000" is not host:port.
            cgroup.driver = "slurm"      | must be one of "cgroupfs", "systemd"; "slurm" is none of them.
            cgroup.parent = "/a/../b"    | must be a path of cgroups such as "/berth"; /a/../b is none.
            images.pinned = ["a b"]      | "a b" is no image reference.
            images = 1                   | there is no key images
            """)
    void aMistakeIsNamedWithItsPlaceAndWhatWouldBeRight(String line, String sentence) throws Exception {
        Path file = write(line);
        ConfigFailure failure = assertThrows(ConfigFailure.class, () -> ConfigLoader.load(file, new Flags()));
        assertEquals(1, failure.problems().size(), failure.problems().toString());
        String problem = failure.problems().getFirst();
        assertTrue(problem.startsWith(file.toString()), problem);
        assertTrue(problem.contains(sentence), problem);
    }

    @Test
    void everyMistakeIsNamedAtOnce() throws Exception {
        Path file = write("sockt = 1\nroot = 2\n");
        ConfigFailure failure = assertThrows(
                ConfigFailure.class, () -> ConfigLoader.load(file, new Flags().set("state", "--state", "relative")));
        assertEquals(3, failure.problems().size(), failure.problems().toString());
        assertTrue(failure.problems().getLast().startsWith("--state: state must be an absolute path"));
    }

    @Test
    void aFileThatIsNoTomlNamesTheLine() throws Exception {
        Path file = write("socket = \"/x\"\nroot = \n");
        ConfigFailure failure = assertThrows(ConfigFailure.class, () -> ConfigLoader.load(file, new Flags()));
        assertTrue(
                failure.problems().getFirst().startsWith(file + ":2: is not TOML: "),
                failure.problems().toString());
    }

    @Test
    void aSocketMayBeWrittenAsKubeletWritesItButMustFitTheKernel() {
        Flags flags = new Flags().set("socket", "--socket", "unix:///run/x.sock");
        assertEquals(
                Path.of("/run/x.sock"),
                ConfigLoader.combine(flags.given()).config().socket());
        Flags tooLong = new Flags().set("socket", "--socket", "/" + "x".repeat(107));
        ConfigFailure failure = assertThrows(ConfigFailure.class, () -> ConfigLoader.combine(tooLong.given()));
        assertTrue(
                failure.problems().getFirst().endsWith(" has 108."),
                failure.problems().toString());
    }

    @Test
    void aNamedFileMustExist() {
        Path file = directory.resolve("absent.toml");
        ConfigFailure failure = assertThrows(ConfigFailure.class, () -> ConfigLoader.load(file, new Flags()));
        assertEquals(List.of(file + ": there is no such file."), failure.problems());
    }

    @Test
    void aFileOfAbsurdSizeIsRefused() throws Exception {
        Path file = write("# " + "x".repeat(2 << 20));
        ConfigFailure failure = assertThrows(ConfigFailure.class, () -> ConfigLoader.load(file, new Flags()));
        assertTrue(failure.problems().getFirst().contains("larger than 1 MiB"));
    }

    @Test
    void deepNestingIsRefusedWithoutHarm() throws Exception {
        Path file = write("a = " + "[".repeat(5000) + "]".repeat(5000));
        ConfigFailure failure = assertThrows(ConfigFailure.class, () -> ConfigLoader.load(file, new Flags()));
        assertTrue(
                failure.problems().getFirst().contains("is not TOML"),
                failure.problems().toString());
    }

    private Path write(String text) throws IOException {
        Path file = Files.createTempFile(directory, "config", ".toml");
        return Files.writeString(file, text);
    }

    private static void assertLine(String line, String toml) {
        assertTrue(toml.lines().anyMatch(line::equals), () -> line + "\nis not in\n" + toml);
    }

    @Test
    void aTableOfARuntimeMakesAHandler() throws Exception {
        Path file = write("""
                [runtimes.crun]
                cgroups = "inherited"
                args = ["--cgroup-manager=disabled"]

                [runtimes.runsc]
                path = "/opt/runsc"
                signals = "command"
                """);
        EffectiveConfig config = ConfigLoader.load(file, new Flags());
        BerthConfig.Handler crun =
                Objects.requireNonNull(config.config().runtimes().get("crun"));
        assertEquals(Path.of("/usr/bin/crun"), crun.path());
        assertEquals(RuntimeCgroups.INHERITED, crun.cgroups());
        assertEquals(List.of("--cgroup-manager=disabled"), crun.args());
        BerthConfig.Handler runsc =
                Objects.requireNonNull(config.config().runtimes().get("runsc"));
        assertEquals(RuntimeSignals.COMMAND, runsc.signals());
        assertTrue(config.toml().contains("[runtimes.runsc]\n"), config.toml());
        assertTrue(config.json().contains("\"runtimes.runsc\":{"), config.json());
    }

    @Test
    void aRuntimeHasANameOfItsOwnAndKnownKeys() throws Exception {
        Path file = write("""
                [runtimes.berth]
                path = "/usr/bin/crun"
                [runtimes.Crun]
                path = "/usr/bin/crun"
                [runtimes.runc]
                pth = "/usr/bin/runc"
                """);
        ConfigFailure failure = assertThrows(ConfigFailure.class, () -> ConfigLoader.load(file, new Flags()));
        String message = String.valueOf(failure.getMessage());
        assertTrue(message.contains("built-in"), message);
        assertTrue(message.contains("lower-case"), message);
        assertTrue(message.contains("did you mean runtimes.runc.path?"), message);
    }
}
