package dev.berth.cri.handler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.berth.runtime.oci.Bundle;
import dev.berth.runtime.oci.RuntimeCommand;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HandlersTest {
    private static HandlerSettings settings(String... annotations) {
        return new HandlerSettings(
                "crun",
                new RuntimeCommand(Path.of("/usr/bin/crun"), Path.of("/run/r"), List.of("--debug")),
                HandlerSettings.Entry.PATH,
                HandlerSettings.Signals.PROCESS,
                List.of(annotations));
    }

    @Test
    void theBuiltInHandlerComesFirstAndIsNoRuntime() {
        assertEquals(List.of("", "berth", "crun", "runc"), Handlers.names(List.of("runc", "crun")));
        assertNull(Handlers.builtIn().find("berth"));
        assertNull(Handlers.builtIn().find(""));
    }

    @Test
    void onlyListedAnnotationsReachARuntime() {
        Map<String, String> given = Map.of("run.oci.handler", "wasm", "io.x", "1", "io.xy", "2");
        assertEquals(Map.of(), settings().allowed(given));
        assertEquals(
                Map.of("run.oci.handler", "wasm", "io.x", "1"),
                settings("run.oci.*", "io.x").allowed(given));
    }

    @Test
    void theCommandLineIsThatOfRunc() {
        RuntimeCommand command = settings().command();
        Bundle bundle = new Bundle(Path.of("/b"));
        assertEquals(
                List.of(
                        "/usr/bin/crun --root /run/r --debug --log /b/log.json --log-format json create --bundle /b --pid-file /b/pid --console-socket /s id",
                        "/usr/bin/crun --root /run/r --debug --log /b/log.json --log-format json start id",
                        "/usr/bin/crun --root /run/r --debug exec --process /b/p.json --tty id",
                        "/usr/bin/crun --root /run/r --debug kill id 15",
                        "/usr/bin/crun --root /run/r --debug state id",
                        "/usr/bin/crun --root /run/r --debug delete --force id"),
                List.of(
                                command.create("id", bundle, "/s"),
                                command.start("id", bundle),
                                command.exec("id", bundle.process("p"), List.of("--tty")),
                                command.kill("id", 15),
                                command.state("id"),
                                command.delete("id"))
                        .stream()
                        .map(invocation -> String.join(" ", invocation.arguments()))
                        .toList());
    }
}
