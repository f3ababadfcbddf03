package dev.berth.runtime.probe;

import dev.berth.runtime.cni.CniConfigs;
import dev.berth.runtime.cni.CniPlugins;
import dev.berth.runtime.cni.CniState;
import dev.berth.runtime.cni.ProcessRunner;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Looks at what pods need for a network. */
final class NetworkProbe {
    private static final String NO_POD_NETWORK = "pods run on the host network only";

    private final Path configDirectory;
    private final List<Path> pluginDirectories;

    NetworkProbe(Path configDirectory, List<Path> pluginDirectories) {
        this.configDirectory = configDirectory;
        this.pluginDirectories = pluginDirectories;
    }

    List<Finding> findings() {
        return List.of(cni(), filter(), forwarding(), bridgeFilter(), unprivilegedPorts());
    }

    private Finding cni() {
        return switch (new CniConfigs(configDirectory).current()) {
            case CniState.NotReady none -> Finding.missing("CNI network", none.reason(), NO_POD_NETWORK);
            case CniState.Ready ready -> plugins(ready);
        };
    }

    private Finding plugins(CniState.Ready ready) {
        CniPlugins plugins = new CniPlugins(pluginDirectories, new ProcessRunner(), Duration.ofSeconds(10));
        List<String> missing = plugins.missing(ready.config());
        String network = "%s, CNI %s: %s"
                .formatted(
                        ready.config().name(),
                        ready.config().cniVersion(),
                        String.join(", ", ready.config().types()));
        if (!missing.isEmpty()) {
            String where = "%s is not in %s".formatted(String.join(", ", missing), pluginDirectories);
            return Finding.missing("CNI network", network + "; " + where, NO_POD_NETWORK);
        }
        return ready.problems().isEmpty()
                ? Finding.ok("CNI network", network)
                : Finding.degraded("CNI network", network, "ignored: " + String.join(" ", ready.problems()));
    }

    private static Finding filter() {
        List<String> found = List.of("iptables", "nft").stream()
                .filter(program -> NodePrograms.find(program).isPresent())
                .toList();
        return Finding.of(
                "packet filter",
                "host ports and masquerading of pods do not work",
                !found.isEmpty(),
                String.join(", ", found),
                "neither iptables nor nft is installed");
    }

    private static Finding forwarding() {
        String value = ProcFile.read("/proc/sys/net/ipv4/ip_forward");
        return value.equals("1")
                ? Finding.ok("IP forwarding", "on")
                : Finding.degraded(
                        "IP forwarding",
                        "net.ipv4.ip_forward is " + (value.isEmpty() ? "not readable" : value),
                        "pods reach other nodes only after a network plugin, or you, turn it on");
    }

    private static Finding bridgeFilter() {
        String value = ProcFile.read("/proc/sys/net/bridge/bridge-nf-call-iptables");
        return value.equals("1")
                ? Finding.ok("bridged packets are filtered", "br_netfilter is on")
                : Finding.degraded(
                        "bridged packets are filtered",
                        "br_netfilter is " + (value.isEmpty() ? "not loaded" : "off"),
                        "on a bridge network a Service cannot lead to a pod of the same node");
    }

    private static Finding unprivilegedPorts() {
        String value = ProcFile.read("/proc/sys/net/ipv4/ip_unprivileged_port_start");
        return Finding.of(
                "unprivileged ports",
                "containers without CAP_NET_BIND_SERVICE cannot use ports below 1024",
                !value.isEmpty(),
                "the sysctl net.ipv4.ip_unprivileged_port_start can be set for each pod",
                "the kernel has no such sysctl");
    }
}
