package dev.berth.runtime.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CniConfigsTest {
    private static final String GOOD =
            "{\"cniVersion\": \"1.0.0\", \"name\": \"%s\", \"plugins\": [{\"type\": \"bridge\"}]}";

    @TempDir
    Path dir;

    @Test
    void theFirstValidFileByNameIsTheNetworkAndTheOthersMistakesAreKept() throws IOException {
        write("20-b.conflist", GOOD.formatted("b"));
        write("10-a.conflist", "{nonsense");
        write("30-c.conflist", GOOD.formatted("c"));
        write("05-notes.txt", "not looked at");
        CniState.Ready ready = ready(new CniConfigs(dir));
        assertEquals("b", ready.config().name());
        assertEquals(1, ready.problems().size());
        assertTrue(
                ready.problems().getFirst().contains("10-a.conflist is not JSON"),
                ready.problems().getFirst());
    }

    @Test
    void onePluginAloneIsAListOfOne() throws IOException {
        write(
                "10-a.conf",
                "{\"cniVersion\": \"0.4.0\", \"name\": \"a\", \"type\": \"ptp\", \"ipam\": {\"type\": \"dhcp\"}}");
        CniConfig config = ready(new CniConfigs(dir)).config();
        assertEquals(List.of("ptp", "dhcp"), config.types());
        assertEquals("0.4.0", config.cniVersion());
    }

    @Test
    void changesAreSeenAtTheNextLook() throws IOException {
        CniConfigs configs = new CniConfigs(dir.resolve("net.d"));
        assertEquals(
                "no CNI network is configured: there is no .conflist, .conf or .json file in %s/net.d".formatted(dir),
                notReady(configs).reason());
        Files.createDirectory(dir.resolve("net.d"));
        write("net.d/a.conflist", GOOD.formatted("first"));
        assertEquals("first", ready(configs).config().name());
        assertSame(ready(configs), ready(configs), "nothing changed, nothing read");
        write("net.d/a.conflist", GOOD.formatted("other"));
        assertEquals("other", ready(configs).config().name());
        Files.delete(dir.resolve("net.d/a.conflist"));
        notReady(configs);
    }

    @Test
    void whyANetworkIsNotValidIsSaid() throws IOException {
        check("cniVersion is \"2.0.0\"", GOOD.formatted("a").replace("1.0.0", "2.0.0"));
        check("cniVersion is \"\"", "{\"name\": \"a\", \"type\": \"x\"}");
        check("name is \"\"", "{\"cniVersion\": \"1.0.0\", \"type\": \"x\"}");
        check("name is \"../a\"", GOOD.formatted("../a"));
        check("type \"../bin/sh\"", GOOD.formatted("a").replace("bridge", "../bin/sh"));
        check(
                "type \"a/b\"",
                "{\"cniVersion\": \"1.0.0\", \"name\": \"a\", \"type\": \"x\", \"ipam\": {\"type\": \"a/b\"}}");
        check("type \"\"", "{\"cniVersion\": \"1.0.0\", \"name\": \"a\"}");
        check("0 plugins", "{\"cniVersion\": \"1.0.0\", \"name\": \"a\", \"plugins\": []}");
        check("is not an object", "{\"cniVersion\": \"1.0.0\", \"name\": \"a\", \"plugins\": [1]}");
        check("is not a JSON object", "[]");
        check("is not JSON", "[".repeat(100));
        check("longer than 1 MiB", " ".repeat(2 << 20));
    }

    @Test
    void theNewestOfTheVersionsThatAFileOffersIsSpoken() throws IOException {
        write(
                "a.conflist",
                GOOD.formatted("a")
                        .replace("{\"cniVersion\"", "{\"cniVersions\": [\"9.0.0\", \"1.1.0\"], \"cniVersion\""));
        assertEquals("1.1.0", ready(new CniConfigs(dir)).config().cniVersion());
    }

    private void check(String reason, String text) throws IOException {
        write("a.conflist", text);
        String given = notReady(new CniConfigs(dir)).reason();
        assertTrue(given.contains(reason) && given.contains("a.conflist"), given);
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(dir.resolve(name), text);
    }

    private static CniState.Ready ready(CniConfigs configs) {
        return assertInstanceOf(CniState.Ready.class, configs.current());
    }

    private static CniState.NotReady notReady(CniConfigs configs) {
        return assertInstanceOf(CniState.NotReady.class, configs.current());
    }
}
