package dev.berth.cri.config;

import java.net.InetSocketAddress;

/**
 * A host and a port to listen on.
 *
 * @param host a name or an address, without brackets
 * @param port 0 takes a free port
 */
public record Address(String host, int port) {
    private static final int MAX_PORT = 65_535;

    /** Reads {@code host:port} or {@code [v6]:port}. */
    public static Address parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon <= 0) {
            throw wrong(text);
        }
        String host = text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (!bracketed && host.contains(":")) {
            throw wrong(text);
        }
        return new Address(bracketed ? host.substring(1, host.length() - 1) : host, port(text, colon));
    }

    /** Resolves the host; blocks when it is a name. */
    public InetSocketAddress resolve() {
        return new InetSocketAddress(host, port);
    }

    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    private static int port(String text, int colon) {
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            if (port >= 0 && port <= MAX_PORT) {
                return port;
            }
        } catch (NumberFormatException _) {
            // Falls through to the sentence below.
        }
        throw wrong(text);
    }

    private static IllegalArgumentException wrong(String text) {
        return new IllegalArgumentException("\"%s\" is not host:port".formatted(text));
    }
}
