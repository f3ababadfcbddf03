package dev.berth.cri.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.node.Node;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class BerthTest {
    @TempDir
    private Path directory;

    private final List<CheckLine> findings = new ArrayList<>();
    private final FakeImages images = new FakeImages();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void versionSaysWhatRuns() {
        assertEquals(0, berth("version"));
        assertTrue(out.toString().startsWith("berth 0."), out.toString());
        assertTrue(out.toString().contains("Java 25"), out.toString());
    }

    @Test
    void helpListsTheCommandsAndTheExitCodes() {
        assertEquals(0, berth("--help"));
        for (String piece :
                List.of("serve", "check", "config", "image", "version", "3", "another berth already serves")) {
            assertTrue(out.toString().contains(piece), piece + "\nis not in\n" + out);
        }
    }

    @Test
    void withoutACommandOrWithAWrongOneItSaysWhatIsRight() {
        assertEquals(2, berth());
        assertTrue(err.toString().contains("Say what to do"), err.toString());
        assertEquals(2, berth("image"));
        assertEquals(2, berth("serv"));
        assertTrue(err.toString().contains("Did you mean: berth serve"), err.toString());
        assertEquals(2, berth("serve", "--sockt", "/x"));
        assertTrue(err.toString().contains("--socket"), err.toString());
    }

    @Test
    void configShowsValuesWithTheirSources() throws Exception {
        Path file = Files.writeString(directory.resolve("c.toml"), "root = \"/srv\"\n");
        assertEquals(
                0,
                berth("config", "--config", file.toString(), "--cni-bin-dir", "/a", "--cni-bin-dir", "/b"),
                err.toString());
        assertTrue(out.toString().contains("root = \"/srv\" # from " + file + ":1"), out.toString());
        assertTrue(out.toString().contains("bin_dirs = [\"/a\", \"/b\"] # from --cni-bin-dir"), out.toString());
    }

    @Test
    void everyFlagReachesTheConfiguration() {
        List<String> flags = List.of(
                "--socket=/f/socket",
                "--state=/f/state",
                "--root=/f/root",
                "--shim=/f/shim",
                "--log-level=debug",
                "--cni-conf-dir=/f/conf",
                "--cni-bin-dir=/f/bin",
                "--registry-config-dir=/f/certs",
                "--metrics-address=",
                "--cgroup-parent=/f",
                "--streaming-address=127.0.0.1:1");
        List<String> line = new ArrayList<>(List.of("config"));
        line.addAll(flags);
        assertEquals(0, berth(line.toArray(String[]::new)), err.toString());
        for (String flag : flags) {
            String name = flag.substring(0, flag.indexOf('='));
            assertTrue(out.toString().contains("# from " + name + "\n"), name + "\nis not in\n" + out);
        }
    }

    @Test
    void aWrongConfigurationIsExplainedWithoutAStackTrace() throws Exception {
        Path file = Files.writeString(directory.resolve("c.toml"), "sockt = 1\nrooot = 2\n");
        assertEquals(2, berth("serve", "--config", file.toString()));
        assertEquals(
                List.of(
                        "berth: " + file + ":1: there is no key sockt; did you mean socket?",
                        "berth: " + file + ":2: there is no key rooot; did you mean root?"),
                err.toString().lines().toList());
    }

    @Test
    void checkFailsOnlyWhenSomethingEssentialIsMissing() {
        findings.add(new CheckLine("overlay", CheckLine.State.OK, "kernel 6.18", ""));
        findings.add(new CheckLine("psi", CheckLine.State.LIMITED, "no /proc/pressure", "stats have no pressure"));
        assertEquals(0, berth("check"));
        assertEquals(
                List.of(
                        "ok       overlay  kernel 6.18",
                        "limited  psi      no /proc/pressure",
                        "                  -> stats have no pressure",
                        "Pods can run here, with 1 limits."),
                out.toString().lines().toList());
        findings.add(new CheckLine("cgroup", CheckLine.State.MISSING, "not mounted", ""));
        assertEquals(1, berth("check"));
        assertTrue(out.toString().endsWith("Pods cannot run here: 1 of 3 checks failed.\n"), out.toString());
    }

    @Test
    void importShowsProgressAndWhatWasImported() throws Exception {
        Path archive = Files.writeString(directory.resolve("app.tar"), "tar");
        assertEquals(0, berth("image", "import", archive.toString(), "--name", "app:1"), err.toString());
        assertEquals("layer abc: 2.0 KiB\n", err.toString());
        assertEquals("0123456789abc    1.5 MiB  app:1\n", out.toString());
        assertEquals(0, images.open, "the store was closed");
    }

    @Test
    void importOfNothingIsRefused() {
        assertEquals(2, berth("image", "import", "/nowhere.tar"));
        assertTrue(err.toString().contains("no file or directory /nowhere.tar"), err.toString());
    }

    @Test
    void aFailedImportSaysWhy() throws Exception {
        images.failure = Optional.of("layer 2 is cut short");
        Path archive = Files.writeString(directory.resolve("app.tar"), "tar");
        assertEquals(1, berth("image", "import", archive.toString()));
        assertEquals("berth: layer 2 is cut short\n", err.toString());
        assertEquals(0, images.open, "the store was closed");
    }

    @Test
    void listShowsImagesWithAndWithoutNames() {
        images.entries.add(new ImageTool.Entry("sha256:feedfacefeedface", List.of(), 7));
        assertEquals(0, berth("image", "list"));
        assertEquals("feedfacefeedf        7 B  <none>\n", out.toString());
    }

    private int berth(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        CommandLine command = Berth.commandLine(
                new Berth.Parts((config, _) -> Node.bare(config), _ -> findings, _ -> images.opened()), arguments);
        return command.setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF))
                .execute(arguments);
    }

    /** A store in memory that imports one image. */
    private static final class FakeImages implements ImageTool {
        private final List<Entry> entries = new ArrayList<>();
        private Optional<String> failure = Optional.empty();
        private int open;

        private FakeImages opened() {
            open++;
            return this;
        }

        @Override
        public List<Entry> importFrom(Path source, Optional<String> name, Progress progress) throws IOException {
            assertFalse(source.toString().isEmpty());
            if (failure.isPresent()) {
                throw new IOException(failure.get());
            }
            progress.at("layer abc", 1024, 2048);
            progress.at("layer abc", 2048, 2048);
            entries.add(new Entry("sha256:0123456789abcdef", name.stream().toList(), 3 << 19));
            return entries;
        }

        @Override
        public List<Entry> list() {
            return entries;
        }

        @Override
        public void close() {
            open--;
        }
    }
}
