package dev.berth.cri.pod;

import dev.berth.cri.v1.NamespaceMode;
import dev.berth.cri.v1.PodSandboxConfig;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The sysctls that a pod with a network of its own gets unless it sets them itself.
 *
 * @param unprivilegedPorts whether any user may listen on ports below 1024
 * @param unprivilegedIcmp whether any group may ping
 */
public record PodDefaults(boolean unprivilegedPorts, boolean unprivilegedIcmp) {
    private static final String PORTS = "net.ipv4.ip_unprivileged_port_start";
    private static final String ICMP = "net.ipv4.ping_group_range";

    /** The highest group there can be, so all of them. */
    private static final String EVERY_GROUP = "0 2147483647";

    /** These and what a pod sets, which wins however it spells the name. */
    Map<String, String> over(PodSandboxConfig config) {
        Map<String, String> sysctls = new LinkedHashMap<>(config.getLinux().getSysctlsMap());
        boolean ownNetwork =
                config.getLinux().getSecurityContext().getNamespaceOptions().getNetwork() == NamespaceMode.POD;
        if (ownNetwork && unprivilegedPorts) {
            add(PORTS, "0", sysctls);
        }
        if (ownNetwork && unprivilegedIcmp) {
            add(ICMP, EVERY_GROUP, sysctls);
        }
        return sysctls;
    }

    private static void add(String name, String value, Map<String, String> sysctls) {
        if (!sysctls.containsKey(name.replace('.', '/'))) {
            sysctls.putIfAbsent(name, value);
        }
    }
}
