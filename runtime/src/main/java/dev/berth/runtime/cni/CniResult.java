package dev.berth.runtime.cni;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * What the plugins made of an ADD.
 *
 * @param ips the pod's addresses without prefix length, the primary one first
 * @param dns what the plugins say of name servers; all lists may be empty
 * @param json the whole result, for DEL
 */
public record CniResult(List<String> ips, CniCapabilities.Dns dns, ObjectNode json) {
    private static final int MOST_IPS = 64;

    public CniResult {
        ips = List.copyOf(ips);
    }

    /**
     * @param who whose answer it is, for messages
     * @throws CniFailure of kind BAD_ANSWER when it is not of the form of CNI 0.3.0 to 1.1.0
     */
    static CniResult parse(ObjectNode json, String who) {
        List<String> ips = new ArrayList<>();
        JsonNode interfaces = json.path("interfaces");
        for (JsonNode ip : json.path("ips")) {
            if (inPod(ip, interfaces)) {
                ips.add(address(CniJson.text(ip, "address"), who));
            }
        }
        if (ips.size() > MOST_IPS) {
            throw CniFailure.of(
                    CniFailure.Kind.BAD_ANSWER,
                    "%s gave %d IP addresses; at most %d are accepted.".formatted(who, ips.size(), MOST_IPS));
        }
        JsonNode dns = json.path("dns");
        CniCapabilities.Dns names = new CniCapabilities.Dns(
                CniJson.texts(dns, "nameservers"), CniJson.texts(dns, "search"), CniJson.texts(dns, "options"));
        return new CniResult(ips, names, json);
    }

    /** Addresses of interfaces on the node's side are not the pod's. */
    private static boolean inPod(JsonNode ip, JsonNode interfaces) {
        JsonNode index = ip.path("interface");
        if (!index.isInt() || !interfaces.has(index.intValue())) {
            return true;
        }
        return !CniJson.text(interfaces.path(index.intValue()), "sandbox").isEmpty();
    }

    private static String address(String cidr, String who) {
        int slash = cidr.indexOf('/');
        String address = slash < 0 ? cidr : cidr.substring(0, slash);
        if (!IpAddress.isLiteral(address)) {
            throw CniFailure.of(
                    CniFailure.Kind.BAD_ANSWER,
                    "%s gave the IP address \"%s\"; an address with a prefix length, such as 10.1.0.2/24, is right."
                            .formatted(who, cidr));
        }
        return address;
    }
}
