package dev.berth.cri.streaming.remotecommand;

import java.util.List;
import java.util.Optional;

/** Versions of the protocol that exec and attach speak, newest first. */
public enum Protocol {
    V5("v5.channel.k8s.io"),
    V4("v4.channel.k8s.io"),
    V3("v3.channel.k8s.io"),
    V2("v2.channel.k8s.io"),
    V1("channel.k8s.io");

    /** What is spoken over SPDY. */
    public static final List<Protocol> SPDY = List.of(V4, V3, V2, V1);

    /** What is spoken over WebSocket; clients of the older ones have long been gone. */
    public static final List<Protocol> WEB_SOCKET = List.of(V5, V4);

    private final String text;

    Protocol(String text) {
        this.text = text;
    }

    /** The name on the wire. */
    public String text() {
        return text;
    }

    /** Whether the error stream carries a status in JSON, also at success; before, it carried a sentence or nothing. */
    public boolean statusInJson() {
        return this == V4 || this == V5;
    }

    /** Whether the client of a terminal opens a stream for its size. */
    public boolean resizes() {
        return this == V3 || statusInJson();
    }

    /** Whether the client can say that nothing follows on a channel. */
    public boolean closesChannels() {
        return this == V5;
    }

    /** The newest of those spoken that the client offers. */
    public static Optional<Protocol> choose(List<Protocol> spoken, List<String> offered) {
        return spoken.stream()
                .filter(protocol -> offered.contains(protocol.text))
                .findFirst();
    }
}
