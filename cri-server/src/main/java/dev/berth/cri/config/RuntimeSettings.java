package dev.berth.cri.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The settings of one OCI runtime, the table {@code [runtimes.NAME]}.
 *
 * @param name the name of its runtime handler, a DNS label
 */
record RuntimeSettings(
        String name,
        Setting<Path> path,
        Setting<Optional<Path>> root,
        Setting<List<String>> args,
        Setting<RuntimeCgroups> cgroups,
        Setting<RuntimeSignals> signals,
        Setting<List<String>> annotations) {
    private static final Pattern KEY = Pattern.compile("runtimes\\.([^.]+)\\.[^.]+");
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
    private static final String TAKEN = "berth";

    static RuntimeSettings of(String name) {
        String table = "runtimes." + name + ".";
        return new RuntimeSettings(
                name,
                new Setting<>(
                        table + "path", Form.path(), Path.of("/usr/bin", name), "The program of this OCI runtime."),
                new Setting<>(
                        table + "root",
                        Form.optionalPath(),
                        Optional.empty(),
                        "Where it keeps its state; \"\" for a directory below Berth's own."),
                new Setting<>(
                        table + "args",
                        Form.list("arguments", RuntimeSettings::argument),
                        List.of(),
                        "Arguments before its subcommand, such as \"--systemd-cgroup\"."),
                new Setting<>(
                        table + "cgroups",
                        Form.choice(RuntimeCgroups.class),
                        RuntimeCgroups.PATH,
                        "Whether it enters a container's cgroup by its path, or is started in there."),
                new Setting<>(
                        table + "signals",
                        Form.choice(RuntimeSignals.class),
                        RuntimeSignals.PROCESS,
                        "Whether a stop signal is sent to the container's first process, or by the runtime's own command."),
                new Setting<>(
                        table + "annotations",
                        Form.list("names of annotations, perhaps with a * at the end", RuntimeSettings::argument),
                        List.of(),
                        "Annotations of pods and containers that reach the runtime."));
    }

    /** The name of the runtime that a key is about; empty when the key is about something else. */
    static Optional<String> named(String key) {
        Matcher matcher = KEY.matcher(key);
        return matcher.matches() && wrong(matcher.group(1)).isEmpty()
                ? Optional.of(matcher.group(1))
                : Optional.empty();
    }

    /** What is wrong with the name in a key of a runtime; empty when nothing is, or when it is no such key. */
    static Optional<String> wrongName(String key) {
        Matcher matcher = KEY.matcher(key);
        return matcher.matches() ? wrong(matcher.group(1)) : Optional.empty();
    }

    private static Optional<String> wrong(String name) {
        if (name.equals(TAKEN)) {
            return Optional.of("the name berth is that of the built-in runtime handler");
        }
        return NAME.matcher(name).matches()
                ? Optional.empty()
                : Optional.of(
                        "the name %s must be of lower-case letters, digits and dashes, at most 63".formatted(name));
    }

    List<Setting<?>> all() {
        return Stream.<Setting<?>>of(path, root, args, cgroups, signals, annotations)
                .toList();
    }

    private static String argument(String text) {
        if (text.isEmpty() || text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("one of them is empty or holds a NUL");
        }
        return text;
    }
}
