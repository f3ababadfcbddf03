package dev.berth.cri.cdi;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.cri.v1.Mount;
import dev.berth.cri.v1.MountPropagation;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the containerEdits of a spec or a device. */
final class CdiEditsReader {
    private static final long LARGEST_ID = 0xffff_fffeL;
    private static final long LARGEST_MAJOR = 0xfff;
    private static final long LARGEST_MINOR = 0xf_ffff;
    private static final long LARGEST_MODE = 0777;
    private static final List<String> UNSUPPORTED = List.of("hooks", "intelRdt", "netDevices");
    private static final Set<String> PLAIN_BINDS = Set.of("", "bind", "none", "rbind");

    private CdiEditsReader() {}

    static CdiEdits of(String what, @Nullable JsonNode node) {
        if (node == null) {
            return CdiEdits.NONE;
        }
        CdiFields edits = CdiFields.of(
                "containerEdits of " + what,
                node,
                Set.of("env", "deviceNodes", "mounts", "additionalGids", "hooks", "intelRdt", "netDevices"));
        List<String> unsupported = UNSUPPORTED.stream().filter(edits::has).toList();
        return new CdiEdits(
                environment(edits),
                edits.list("deviceNodes").stream().map(CdiEditsReader::node).toList(),
                edits.list("mounts").stream().map(CdiEditsReader::mount).toList(),
                groups(edits),
                unsupported);
    }

    private static List<String> environment(CdiFields edits) {
        List<String> environment = edits.texts("env");
        for (String variable : environment) {
            if (variable.indexOf('=') < 1 || variable.indexOf(0) >= 0) {
                throw new IllegalArgumentException("its variable '%s' is not like NAME=value".formatted(variable));
            }
        }
        return environment;
    }

    private static List<Long> groups(CdiFields edits) {
        List<Long> groups = new ArrayList<>();
        for (JsonNode group : edits.list("additionalGids")) {
            if (!group.isIntegralNumber() || group.longValue() < 0 || group.longValue() > LARGEST_ID) {
                throw new IllegalArgumentException("its additionalGids hold %s, which is no group id".formatted(group));
            }
            if (group.longValue() != 0) {
                groups.add(group.longValue());
            }
        }
        return groups;
    }

    private static CdiNode node(JsonNode json) {
        CdiFields node = CdiFields.of(
                "a device node",
                json,
                Set.of("path", "hostPath", "type", "major", "minor", "fileMode", "permissions", "uid", "gid"));
        String path = node.required("path");
        String permissions = node.text("permissions");
        if (!permissions.matches("[rwm]{0,3}")) {
            throw new IllegalArgumentException(
                    "the permissions %s of %s are not made of r, w and m".formatted(permissions, path));
        }
        String host = node.text("hostPath");
        return new CdiNode(
                path,
                host.isEmpty() ? path : host,
                numbers(node, path),
                number(node, "fileMode", LARGEST_MODE),
                number(node, "uid", LARGEST_ID),
                number(node, "gid", LARGEST_ID),
                permissions.isEmpty() ? "rwm" : permissions);
    }

    /** A type alone only says what to expect at the host path. */
    private static CdiNode.@Nullable Numbers numbers(CdiFields node, String path) {
        String type = node.text("type");
        if (!Set.of("", "b", "c", "u").contains(type)) {
            throw new IllegalArgumentException("the type %s of %s is none of b, c and u".formatted(type, path));
        }
        Long major = node.number("major", LARGEST_MAJOR);
        Long minor = node.number("minor", LARGEST_MINOR);
        if (type.isEmpty() || major == null || minor == null || (major == 0 && minor == 0)) {
            return null;
        }
        return new CdiNode.Numbers(type.equals("b"), major.intValue(), minor.intValue());
    }

    private static @Nullable Integer number(CdiFields node, String name, long most) {
        Long number = node.number(name, most);
        return number == null ? null : (Integer) number.intValue();
    }

    private static Mount mount(JsonNode json) {
        CdiFields fields = CdiFields.of("a mount", json, Set.of("hostPath", "containerPath", "type", "options"));
        String type = fields.text("type");
        if (!PLAIN_BINDS.contains(type)) {
            throw new IllegalArgumentException("a mount of type %s is not supported, only bind mounts".formatted(type));
        }
        Mount.Builder mount = Mount.newBuilder()
                .setHostPath(fields.required("hostPath"))
                .setContainerPath(fields.required("containerPath"));
        fields.texts("options").forEach(option -> option(mount, option));
        return mount.build();
    }

    private static void option(Mount.Builder mount, String option) {
        switch (option) {
            case "bind", "rbind", "rw", "private", "rprivate" -> {}
            case "ro" -> mount.setReadonly(true);
            case "slave", "rslave" -> mount.setPropagation(MountPropagation.PROPAGATION_HOST_TO_CONTAINER);
            case "shared", "rshared" -> mount.setPropagation(MountPropagation.PROPAGATION_BIDIRECTIONAL);
            default -> mount.addMountOptions(option);
        }
    }
}
