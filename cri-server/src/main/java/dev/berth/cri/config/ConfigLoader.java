package dev.berth.cri.config;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Puts the configuration together: defaults, then the file, then flags. Every mistake is found in one go. */
public final class ConfigLoader {
    /** Read when no other file is named; it need not exist. */
    public static final Path USUAL_FILE = Path.of("/etc/berth/config.toml");

    private ConfigLoader() {}

    /**
     * Loads a configuration.
     *
     * @param file a file that must exist, or null for {@link #USUAL_FILE}, which need not
     * @throws ConfigFailure naming each thing that is wrong
     */
    public static EffectiveConfig load(@Nullable Path file, Flags flags) {
        List<Given> given = new ArrayList<>(file == null ? readIfPresent(USUAL_FILE) : read(file));
        given.addAll(flags.given());
        return combine(given);
    }

    static EffectiveConfig combine(List<Given> given) {
        Map<Setting<?>, EffectiveConfig.Value<?>> values = new HashMap<>();
        for (Setting<?> setting : Settings.ALL) {
            values.put(setting, usual(setting));
        }
        List<RuntimeSettings> runtimes = runtimes(given);
        runtimes.forEach(runtime -> runtime.all().forEach(setting -> values.put(setting, usual(setting))));
        Map<String, Setting<?>> byKey =
                values.keySet().stream().collect(Collectors.toUnmodifiableMap(Setting::key, Function.identity()));
        List<String> problems = new ArrayList<>();
        for (Given one : given) {
            take(one, byKey, values).ifPresent(problems::add);
        }
        if (!problems.isEmpty()) {
            throw new ConfigFailure(problems);
        }
        return new EffectiveConfig(values, runtimes);
    }

    /** The OCI runtimes that are named, in their order. */
    private static List<RuntimeSettings> runtimes(List<Given> given) {
        return given.stream()
                .flatMap(one -> RuntimeSettings.named(one.key()).stream())
                .distinct()
                .map(RuntimeSettings::of)
                .toList();
    }

    private static <T> EffectiveConfig.Value<T> usual(Setting<T> setting) {
        return new EffectiveConfig.Value<>(setting.usual(), new Source.Default());
    }

    /** Puts one given value into {@code values}, or says what is wrong with it. */
    private static Optional<String> take(
            Given given, Map<String, Setting<?>> byKey, Map<Setting<?>, EffectiveConfig.Value<?>> values) {
        Setting<?> setting = byKey.get(given.key());
        if (setting == null) {
            return Optional.of(unknown(given, byKey.keySet()));
        }
        try {
            values.put(setting, checked(setting, given));
            return Optional.empty();
        } catch (IllegalArgumentException wrong) {
            return Optional.of("%s: %s must be %s; %s."
                    .formatted(given.source(), given.key(), setting.form().expects(), wrong.getMessage()));
        }
    }

    private static <T> EffectiveConfig.Value<T> checked(Setting<T> setting, Given given) {
        return new EffectiveConfig.Value<>(setting.form().read().apply(given.value()), given.source());
    }

    private static String unknown(Given given, Set<String> keys) {
        Optional<String> name = RuntimeSettings.wrongName(given.key());
        if (name.isPresent()) {
            return "%s: there is no key %s: %s.".formatted(given.source(), given.key(), name.get());
        }
        String hint = NearestKey.of(given.key(), keys)
                .map(key -> "; did you mean %s?".formatted(key))
                .orElse("; `berth config` shows every key.");
        return "%s: there is no key %s%s".formatted(given.source(), given.key(), hint);
    }

    private static List<Given> readIfPresent(Path file) {
        try {
            return ConfigFile.read(file);
        } catch (NoSuchFileException _) {
            return List.of();
        } catch (IOException failure) {
            throw unreadable(file, failure);
        }
    }

    private static List<Given> read(Path file) {
        try {
            return ConfigFile.read(file);
        } catch (NoSuchFileException _) {
            throw new ConfigFailure(List.of("%s: there is no such file.".formatted(file)));
        } catch (IOException failure) {
            throw unreadable(file, failure);
        }
    }

    private static ConfigFailure unreadable(Path file, IOException failure) {
        return new ConfigFailure(List.of("%s: cannot be read: %s.".formatted(file, failure.getMessage())));
    }
}
