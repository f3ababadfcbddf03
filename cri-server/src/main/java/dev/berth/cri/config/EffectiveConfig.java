package dev.berth.cri.config;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A configuration with the source of each of its values. */
public final class EffectiveConfig {
    /**
     * A value and where it came from.
     *
     * @param <T> the type of the value
     */
    record Value<T>(T value, Source source) {}

    private final Map<Setting<?>, Value<?>> values;
    private final List<RuntimeSettings> runtimes;
    private final BerthConfig config;

    /** @param runtimes the OCI runtimes, whose settings have values too */
    EffectiveConfig(Map<Setting<?>, Value<?>> values, List<RuntimeSettings> runtimes) {
        this.values = Map.copyOf(values);
        this.runtimes = List.copyOf(runtimes);
        this.config = build();
    }

    public BerthConfig config() {
        return config;
    }

    /** The configuration as TOML that reads back as the same, each value with its source in a comment. */
    public String toml() {
        StringBuilder text = new StringBuilder();
        String table = "";
        for (Setting<?> setting : settings().toList()) {
            if (!setting.table().equals(table)) {
                table = setting.table();
                text.append("\n[").append(table).append("]\n");
            }
            append(text, setting);
        }
        return text.toString();
    }

    /** The configuration as one JSON object with an object for each table. Every form writes TOML that is JSON as well. */
    public String json() {
        Map<String, List<Setting<?>>> tables =
                settings().collect(Collectors.groupingBy(Setting::table, TreeMap::new, Collectors.toList()));
        Stream<String> members = tables.entrySet().stream().map(entry -> {
            String values = entry.getValue().stream().map(this::member).collect(Collectors.joining(","));
            return entry.getKey().isEmpty() ? values : "\"%s\":{%s}".formatted(entry.getKey(), values);
        });
        return members.collect(Collectors.joining(",", "{", "}"));
    }

    private Stream<Setting<?>> settings() {
        return Stream.concat(Settings.ALL.stream(), runtimes.stream().flatMap(runtime -> runtime.all().stream()));
    }

    private <T> String member(Setting<T> setting) {
        return "\"%s\":%s".formatted(setting.name(), setting.form().toml().apply(get(setting)));
    }

    private <T> void append(StringBuilder text, Setting<T> setting) {
        Value<T> value = value(setting);
        text.append("# ").append(setting.help()).append('\n');
        text.append("%s = %s # from %s%n"
                .formatted(setting.name(), setting.form().toml().apply(value.value()), value.source()));
    }

    private <T> T get(Setting<T> setting) {
        return value(setting).value();
    }

    @SuppressWarnings("unchecked") // Only the loader fills the map, each setting with a value of its own form.
    private <T> Value<T> value(Setting<T> setting) {
        return (Value<T>) Objects.requireNonNull(values.get(setting), setting.key());
    }

    private BerthConfig build() {
        return new BerthConfig(
                get(Settings.SOCKET),
                get(Settings.STATE),
                get(Settings.ROOT),
                get(Settings.SHIM),
                get(Settings.LOG_LEVEL),
                new BerthConfig.Cni(
                        get(Settings.CNI_CONF_DIR),
                        get(Settings.CNI_BIN_DIRS),
                        get(Settings.CNI_TIMEOUT),
                        get(Settings.CNI_CONF_TEMPLATE)),
                new BerthConfig.Images(
                        get(Settings.REGISTRY_CONFIG_DIR),
                        get(Settings.DOCKER_CONFIG),
                        get(Settings.PINNED),
                        get(Settings.MAX_DOWNLOADS),
                        get(Settings.PROGRESS_TIMEOUT)),
                new BerthConfig.Cgroup(
                        get(Settings.CGROUP_DRIVER), get(Settings.CGROUP_PARENT), get(Settings.CGROUP_WRITABLE)),
                new BerthConfig.Pods(get(Settings.UNPRIVILEGED_PORTS), get(Settings.UNPRIVILEGED_ICMP)),
                new BerthConfig.Containers(get(Settings.SECCOMP_DEFAULT), get(Settings.SELINUX), get(Settings.ULIMITS)),
                get(Settings.CDI_SPEC_DIRS),
                new BerthConfig.Streaming(
                        get(Settings.STREAM_ADDRESS),
                        get(Settings.STREAM_IDLE),
                        get(Settings.STREAM_TLS_CERT),
                        get(Settings.STREAM_TLS_KEY)),
                get(Settings.METRICS_ADDRESS),
                get(Settings.METRICS_PODS),
                new BerthConfig.Timeouts(get(Settings.LAUNCH_TIMEOUT), get(Settings.STOP_TIMEOUT)),
                runtimes.stream().collect(Collectors.toUnmodifiableMap(RuntimeSettings::name, this::runtime)));
    }

    private BerthConfig.Handler runtime(RuntimeSettings settings) {
        return new BerthConfig.Handler(
                get(settings.path()),
                get(settings.root()),
                get(settings.args()),
                get(settings.cgroups()),
                get(settings.signals()),
                get(settings.annotations()));
    }
}
