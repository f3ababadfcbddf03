package dev.berth.runtime.cni;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a pod asks of those plugins that declare the capability; others do not see it.
 *
 * @param cgroupPath the pod's cgroup, or null
 */
public record CniCapabilities(
        List<PortMapping> portMappings,
        @Nullable Bandwidth bandwidth,
        @Nullable Dns dns,
        @Nullable String cgroupPath,
        Map<String, String> podAnnotations) {
    public static final CniCapabilities NONE = new CniCapabilities(List.of(), null, null, null, Map.of());

    public CniCapabilities {
        portMappings = List.copyOf(portMappings);
        podAnnotations = Map.copyOf(podAnnotations);
    }

    /**
     * @param hostPort 0 means that nothing is mapped
     * @param protocol {@code tcp}, {@code udp} or {@code sctp}
     * @param hostIp the only address of the node to listen on; empty for all
     */
    public record PortMapping(int hostPort, int containerPort, String protocol, String hostIp) {}

    /** Rates in bits a second and bursts in bits; 0 means no limit. */
    public record Bandwidth(long ingressRate, long ingressBurst, long egressRate, long egressBurst) {}

    public record Dns(List<String> servers, List<String> searches, List<String> options) {
        public Dns {
            servers = List.copyOf(servers);
            searches = List.copyOf(searches);
            options = List.copyOf(options);
        }
    }

    public static CniCapabilities of(List<PortMapping> portMappings, @Nullable Bandwidth bandwidth) {
        return new CniCapabilities(portMappings, bandwidth, null, null, Map.of());
    }

    /** The runtimeConfig with every capability that has a value, by the names that CNI's conventions give them. */
    ObjectNode runtimeConfig() {
        ObjectNode config = CniJson.MAPPER.createObjectNode();
        ArrayNode ports = CniJson.MAPPER.createArrayNode();
        portMappings.stream().filter(mapping -> mapping.hostPort() > 0).forEach(mapping -> ports.add(json(mapping)));
        if (!ports.isEmpty()) {
            config.set("portMappings", ports);
        }
        if (bandwidth != null) {
            config.set("bandwidth", CniJson.MAPPER.valueToTree(bandwidth));
        }
        if (dns != null) {
            config.set("dns", CniJson.MAPPER.valueToTree(dns));
        }
        if (cgroupPath != null) {
            config.put("cgroupPath", cgroupPath);
        }
        if (!podAnnotations.isEmpty()) {
            config.set("io.kubernetes.cri.pod-annotations", CniJson.MAPPER.valueToTree(podAnnotations));
        }
        return config;
    }

    private static ObjectNode json(PortMapping mapping) {
        ObjectNode json = CniJson.MAPPER.createObjectNode();
        json.put("hostPort", mapping.hostPort());
        json.put("containerPort", mapping.containerPort());
        json.put("protocol", mapping.protocol());
        if (!mapping.hostIp().isEmpty()) {
            json.put("hostIP", mapping.hostIp());
        }
        return json;
    }
}
