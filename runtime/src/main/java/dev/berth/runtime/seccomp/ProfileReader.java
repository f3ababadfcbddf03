package dev.berth.runtime.seccomp;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.berth.runtime.capability.Capability;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Reads the JSON of a profile. Fields that are not known are left alone: other programs keep comments and more in there. */
final class ProfileReader {
    static final int MAX_BYTES = 1 << 20;

    /** Conditions of one entry: enough for any alternatives on six arguments. */
    private static final int MAX_CONDITIONS = 64;

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxDocumentLength(MAX_BYTES)
                            .maxNestingDepth(16)
                            .maxNumberLength(32)
                            .maxStringLength(4096)
                            .maxNameLength(256)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private ProfileReader() {}

    static SeccompProfile read(byte[] json) {
        if (json.length > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "seccomp profile has %d bytes; at most %d are read".formatted(json.length, MAX_BYTES));
        }
        JsonNode root = tree(json);
        try {
            return profile(new JsonObject("", root), digest(json));
        } catch (IllegalArgumentException failure) {
            throw new IllegalArgumentException("seccomp profile is refused: " + failure.getMessage(), failure);
        }
    }

    private static JsonNode tree(byte[] json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException failure) {
            throw new IllegalArgumentException(
                    "seccomp profile is not valid JSON: " + failure.getOriginalMessage(), failure);
        } catch (IOException failure) {
            throw new IllegalArgumentException("seccomp profile is not valid JSON: " + failure.getMessage(), failure);
        }
    }

    private static SeccompProfile profile(JsonObject root, String digest) {
        Action defaultAction = action(root, "defaultAction", "defaultErrnoRet");
        List<SyscallRule> rules = root.objects("syscalls", ProfileReader::rule);
        return new SeccompProfile(digest, defaultAction, architectures(root), rules, flags(root));
    }

    private static Action action(JsonObject object, String field, String numberField) {
        long number = object.unsigned(numberField, Action.EPERM);
        return object.text(field, name -> Action.parse(name, number));
    }

    private static Set<Architecture> architectures(JsonObject root) {
        Set<Architecture> architectures = new HashSet<>();
        root.texts("architectures", Architecture::parse).forEach(named -> named.ifPresent(architectures::add));
        if (!architectures.isEmpty() && root.has("archMap")) {
            throw root.refusal("architectures and archMap are both set; set one of them");
        }
        root.objects("archMap", entry -> {
                    Optional<Architecture> machine = entry.text("architecture", Architecture::parse);
                    return entry.texts("subArchitectures", Architecture::parse).stream()
                            .flatMap(Optional::stream)
                            .filter(part -> machine.map(Architecture::narrow).equals(Optional.of(part)))
                            .toList();
                })
                .forEach(architectures::addAll);
        return architectures;
    }

    /** A profile without flags is loaded without the slow guard against speculation, as runc does; Linux 5.16 made that the default. */
    private static int flags(JsonObject root) {
        List<FilterFlag> flags = root.texts("flags", FilterFlag::parse);
        return FilterFlag.bits(flags.isEmpty() ? List.of(FilterFlag.SECCOMP_FILTER_FLAG_SPEC_ALLOW) : flags);
    }

    private static SyscallRule rule(JsonObject entry) {
        List<String> names = new ArrayList<>(entry.texts("names", Function.identity()));
        if (entry.has("name")) {
            if (!names.isEmpty()) {
                throw entry.refusal("has both name and names; use one of them");
            }
            names.add(entry.text("name", Function.identity()));
        }
        if (names.isEmpty()) {
            throw entry.refusal("has no names; it must name at least one system call");
        }
        List<ArgumentCondition> conditions = entry.objects("args", ProfileReader::condition);
        if (conditions.size() > MAX_CONDITIONS) {
            throw entry.refusal("has %d args; at most %d are read".formatted(conditions.size(), MAX_CONDITIONS));
        }
        Action action = action(entry, "action", "errnoRet");
        return new SyscallRule(
                names,
                action,
                conditions,
                circumstances(entry.object("includes")),
                circumstances(entry.object("excludes")));
    }

    private static ArgumentCondition condition(JsonObject argument) {
        long index = argument.unsigned("index", 0);
        if (index < 0 || index > 5) {
            throw argument.refusal("has index %s; it must be 0 to 5".formatted(Long.toUnsignedString(index)));
        }
        return new ArgumentCondition(
                (int) index,
                argument.text("op", ArgumentCondition.Operator::parse),
                argument.unsigned("value", 0),
                argument.unsigned("valueTwo", 0));
    }

    private static Circumstances circumstances(JsonObject object) {
        return new Circumstances(
                new HashSet<>(object.texts("caps", Capability::parse)),
                new HashSet<>(object.texts("arches", Function.identity())),
                object.has("minKernel") ? object.text("minKernel", KernelVersion::parse) : null);
    }

    private static String digest(byte[] json) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(json));
        } catch (NoSuchAlgorithmException failure) {
            throw new IllegalStateException("every Java has SHA-256", failure);
        }
    }
}
