package dev.berth.tests.blackbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The OCI runtimes of this machine as runtime handlers, and some that do nothing right. */
final class OciRuntimes {
    /** Where cgroup v1 and v2 are mixed crun works only when it does not see v2. */
    private static final Path MIXED = Path.of("/sys/fs/cgroup/unified");

    private OciRuntimes() {}

    /** The names of the handlers whose runtimes are installed. */
    static List<String> present() {
        return Stream.of("crun", "runc")
                .filter(name -> program(name).isPresent())
                .toList();
    }

    private static Optional<Path> program(String name) {
        return Stream.of(System.getenv("PATH").split(":", -1))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Writes a configuration with all of them and with runtimes that fail, hang and are not there. */
    static Path configure(Path folder) {
        List<String> lines = new ArrayList<>();
        try {
            for (String name : present()) {
                Path program = program(name).orElseThrow();
                boolean blinded = name.equals("crun") && Files.isDirectory(MIXED);
                lines.add(
                        blinded
                                ? script(folder, name, withoutV2(program))
                                : "[runtimes.%s]\npath = \"%s\"".formatted(name, program));
            }
            lines.add(script(folder, "failing", "echo 'the moon is in the wrong house' >&2; exit 3"));
            lines.add(script(folder, "lying", "while [ $# -gt 1 ]; do [ $1 = --pid-file ] && echo 1 >$2; shift; done"));
            lines.add(script(folder, "hanging", "case \" $* \" in *\" create \"*) sleep 600;; esac"));
            lines.add("[runtimes.missing]\npath = \"/nonesuch/runtime\"");
            lines.add("[timeouts]\nlaunch = \"5s\"");
            return Files.write(folder.resolve("berth.toml"), lines);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static String script(Path folder, String name, String body) throws IOException {
        Path script = folder.resolve(name);
        Files.writeString(script, "#!/bin/sh\n" + body + "\n");
        if (!script.toFile().setExecutable(true)) {
            throw new IOException(script + " cannot be made executable");
        }
        return "[runtimes.%s]\npath = \"%s\"".formatted(name, script);
    }

    private static String withoutV2(Path program) {
        return """
                exec unshare --mount --propagation unchanged sh -c '
                mount --make-private /sys/fs/cgroup/unified && mount -t tmpfs none /sys/fs/cgroup/unified && exec "$@"
                ' sh %s "$@"
                """.formatted(program);
    }
}
