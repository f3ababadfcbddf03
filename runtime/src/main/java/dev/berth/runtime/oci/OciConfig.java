package dev.berth.runtime.oci;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.runtime.cgroup.DevicePolicy;
import dev.berth.runtime.cgroup.DeviceRule;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.Stat;
import dev.berth.runtime.launch.BundleMount;
import dev.berth.runtime.launch.CgroupView;
import dev.berth.runtime.launch.ContainerSpec;
import dev.berth.runtime.launch.DeviceNode;
import dev.berth.runtime.plan.Stdio;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The config.json of a container, from what the built-in launcher compiles its plan from. Of limits it says nothing: the cgroup has
 * them in force before the runtime is started. Version 1.0.2 of the OCI runtime specification.
 */
public final class OciConfig {
    /** The most that is written: runtimes read it whole. */
    public static final int MOST_BYTES = 4 << 20;

    private static final String VERSION = "1.0.2";
    private static final String DEV = "/dev";
    private static final Map<Long, String> FLAGS = new TreeMap<>(Map.of(
            Kernel.MS_RDONLY, "ro", Kernel.MS_NOSUID, "nosuid", Kernel.MS_NODEV, "nodev", Kernel.MS_NOEXEC, "noexec"));
    private static final List<String> INERT = List.of("nosuid", "noexec", "nodev");

    private final Kernel kernel;
    private final ContainerSpec spec;
    private final Surroundings around;

    private OciConfig(Kernel kernel, ContainerSpec spec, Surroundings around) {
        this.kernel = kernel;
        this.spec = spec;
        this.around = around;
    }

    /** @throws IllegalArgumentException when it would be longer than {@link #MOST_BYTES} */
    public static byte[] bytes(Kernel kernel, ContainerSpec spec, Surroundings around) {
        byte[] json = new OciConfig(kernel, spec, around).json().toString().getBytes(StandardCharsets.UTF_8);
        if (json.length > MOST_BYTES) {
            throw new IllegalArgumentException(
                    "the container's config.json would have %d bytes; at most %d are written: give it fewer arguments, variables or mounts"
                            .formatted(json.length, MOST_BYTES));
        }
        return json;
    }

    private ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("ociVersion", VERSION);
        boolean terminal = (spec.output().stdio().bits() & Stdio.TTY) != 0;
        json.set("process", OciProcess.of(spec.process(), terminal));
        json.putObject("root").put("path", BundleMount.ROOT).put("readonly", spec.readonlyRoot());
        mounts(json.putArray("mounts"));
        linux(json.putObject("linux"));
        ObjectNode annotations = json.putObject("annotations");
        around.annotations().forEach(annotations::put);
        return json;
    }

    private void mounts(ArrayNode mounts) {
        mount(mounts, "/proc", "proc", INERT);
        if (!covered(DEV)) {
            mount(mounts, DEV, "tmpfs", List.of("nosuid", "mode=755", "size=65536k"));
            List<String> pts = List.of("nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5");
            mount(mounts, "/dev/pts", "devpts", pts);
            mount(mounts, "/dev/mqueue", "mqueue", INERT);
        }
        String access = spec.privileged() ? "rw" : "ro";
        mount(mounts, "/sys", "sysfs", List.of("nosuid", "noexec", "nodev", access));
        // Runtimes look for the node's hierarchies among all mounts: a prepared one of a cgroup would be taken for one.
        boolean writable = spec.cgroupView() instanceof CgroupView.Unified(boolean makes) && makes;
        String cgroups = writable ? "rw" : access;
        mount(mounts, "/sys/fs/cgroup", "cgroup", List.of("nosuid", "noexec", "nodev", cgroups));
        for (BundleMount mount : BundleMount.of(spec)) {
            prepared(mounts.addObject(), mount);
        }
    }

    /** Its propagation is that of the source; so are its attributes, but some runtimes clear those that they are not told of. */
    private void prepared(ObjectNode json, BundleMount mount) {
        json.put("destination", mount.destination()).put("type", "bind");
        json.put("source", around.bundle() + "/" + mount.name());
        ArrayNode options = json.putArray("options").add("rbind");
        long flags = kernel.mountFlags(mount.mount());
        FLAGS.forEach((flag, name) -> {
            if ((flags & flag) != 0) {
                options.add(name);
            }
        });
    }

    private boolean covered(String path) {
        return spec.mounts().stream().anyMatch(mount -> mount.path().equals(path));
    }

    private static void mount(ArrayNode mounts, String destination, String type, List<String> options) {
        ObjectNode json = mounts.addObject();
        json.put("destination", destination).put("type", type).put("source", type);
        options.forEach(json.putArray("options")::add);
    }

    private void linux(ObjectNode linux) {
        ArrayNode namespaces = linux.putArray("namespaces");
        namespaces.addObject().put("type", "mount");
        around.namespaces().forEach(one -> namespace(namespaces.addObject(), one));
        ArrayNode devices = linux.putArray("devices");
        spec.devices().forEach(device -> device(devices.addObject(), device));
        spec.maskedPaths().forEach(linux.putArray("maskedPaths")::add);
        spec.readonlyPaths().forEach(linux.putArray("readonlyPaths")::add);
        if (!spec.label().text().isEmpty()) {
            linux.put("mountLabel", spec.label().text());
        }
        String propagation = propagation(spec.rootPropagation());
        if (propagation != null) {
            linux.put("rootfsPropagation", propagation);
        }
        if (around.cgroup() != null) {
            linux.put("cgroupsPath", around.cgroup());
            rules(linux.putObject("resources").putArray("devices"));
        }
        if (around.seccomp() != null) {
            linux.set("seccomp", around.seccomp());
        }
    }

    private static void namespace(ObjectNode json, Surroundings.Namespace namespace) {
        json.put("type", namespace.type());
        if (namespace.path() != null) {
            json.put("path", namespace.path());
        }
    }

    private static void device(ObjectNode json, DeviceNode device) {
        int format = device.mode() & Stat.S_IFMT;
        json.put("path", device.path());
        json.put("type", format == Stat.S_IFBLK ? "b" : format == Stat.S_IFCHR ? "c" : "p");
        json.put("major", device.major());
        json.put("minor", device.minor());
        json.put("fileMode", device.mode() & ~Stat.S_IFMT);
        json.put("uid", Integer.toUnsignedLong(device.uid()));
        json.put("gid", Integer.toUnsignedLong(device.gid()));
    }

    private static @Nullable String propagation(long flag) {
        if (flag == Kernel.MS_SHARED) {
            return "rshared";
        }
        return flag == Kernel.MS_SLAVE ? "rslave" : null;
    }

    /** The same rules again: a runtime that sets a cgroup up replaces those that are there. */
    private void rules(ArrayNode rules) {
        switch (around.devices()) {
            case DevicePolicy.All() -> rules.addObject().put("allow", true).put("access", "rwm");
            case DevicePolicy.Only(List<DeviceRule> only) -> {
                rules.addObject().put("allow", false).put("access", "rwm");
                only.forEach(rule -> rule(rules.addObject(), rule));
            }
        }
    }

    private static void rule(ObjectNode json, DeviceRule rule) {
        json.put("allow", true).put("type", rule.type() == DeviceRule.Type.BLOCK ? "b" : "c");
        if (rule.major() != DeviceRule.ANY) {
            json.put("major", rule.major());
        }
        if (rule.minor() != DeviceRule.ANY) {
            json.put("minor", rule.minor());
        }
        json.put("access", rule.access());
    }
}
