package dev.berth.runtime.cgroup;

import java.util.ArrayList;
import java.util.List;

/** Which device nodes processes of a cgroup may make, read and write. */
public sealed interface DevicePolicy {
    /** All devices; whatever the parent cgroup allows. */
    record All() implements DevicePolicy {}

    /** Only these. */
    record Only(List<DeviceRule> rules) implements DevicePolicy {
        public Only {
            rules = List.copyOf(rules);
        }
    }

    /** What every container may use: null, zero, full, random, urandom, tty, console, ptmx, pseudo terminals and tun; mknod of any. */
    List<DeviceRule> DEFAULTS = List.of(
            DeviceRule.characters(DeviceRule.ANY, DeviceRule.ANY, "m"),
            new DeviceRule(DeviceRule.Type.BLOCK, DeviceRule.ANY, DeviceRule.ANY, "m"),
            DeviceRule.characters(1, 3, "rwm"),
            DeviceRule.characters(1, 5, "rwm"),
            DeviceRule.characters(1, 7, "rwm"),
            DeviceRule.characters(1, 8, "rwm"),
            DeviceRule.characters(1, 9, "rwm"),
            DeviceRule.characters(5, 0, "rwm"),
            DeviceRule.characters(5, 1, "rwm"),
            DeviceRule.characters(5, 2, "rwm"),
            DeviceRule.characters(136, DeviceRule.ANY, "rwm"),
            DeviceRule.characters(10, 200, "rwm"));

    /** No filter. */
    static DevicePolicy all() {
        return new All();
    }

    /** {@link #DEFAULTS} and the given devices. */
    static DevicePolicy defaultsAnd(List<DeviceRule> rules) {
        List<DeviceRule> all = new ArrayList<>(DEFAULTS);
        all.addAll(rules);
        return new Only(all);
    }
}
