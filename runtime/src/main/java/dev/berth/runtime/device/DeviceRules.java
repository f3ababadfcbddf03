package dev.berth.runtime.device;

import java.util.ArrayList;
import java.util.List;

/** Lists of device rules. */
public final class DeviceRules {
    /**
     * What every container may use: any node may be made but not opened, then the nodes that a container's own /dev has, terminals, and
     * tun, which needs CAP_NET_ADMIN to be of any use.
     */
    public static final List<DeviceRule> DEFAULTS = List.of(
            DeviceRule.allow(DeviceRule.Type.CHARACTER, DeviceRule.ANY, DeviceRule.ANY, DeviceAccess.M),
            DeviceRule.allow(DeviceRule.Type.BLOCK, DeviceRule.ANY, DeviceRule.ANY, DeviceAccess.M),
            node(1, 3),
            node(1, 5),
            node(1, 7),
            node(1, 8),
            node(1, 9),
            node(5, 0),
            node(5, 1),
            node(5, 2),
            node(136, DeviceRule.ANY),
            node(10, 200));

    private DeviceRules() {}

    /** The rules of a container: the defaults and its own devices, or everything when it is privileged. */
    public static List<DeviceRule> of(boolean privileged, List<DeviceRule> devices) {
        if (privileged) {
            return List.of(DeviceRule.ALL);
        }
        List<DeviceRule> rules = new ArrayList<>(DEFAULTS);
        rules.addAll(devices);
        return List.copyOf(rules);
    }

    /**
     * The lines for {@code devices.allow} of cgroup v1, to be written one by one after {@code a} was written to {@code devices.deny}.
     *
     * @throws IllegalArgumentException when a rule denies: cgroup v1 is told what is allowed and the rest is denied
     */
    public static List<String> allowLines(List<DeviceRule> rules) {
        List<String> lines = new ArrayList<>();
        for (DeviceRule rule : rules) {
            if (!rule.allow()) {
                throw new IllegalArgumentException(
                        "device rule \"%s\" denies; cgroup v1 takes only rules that allow".formatted(rule.line()));
            }
            lines.add(rule.line());
        }
        return lines;
    }

    private static DeviceRule node(int major, int minor) {
        return DeviceRule.allow(DeviceRule.Type.CHARACTER, major, minor, DeviceAccess.RWM);
    }
}
