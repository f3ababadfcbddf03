package dev.berth.tests.stream;

import java.io.ByteArrayOutputStream;
import java.net.URI;

/** The bytes that a client of WebSocket sends, RFC 6455. */
public final class WebSocketScript {
    /** The protocol of exec and attach. */
    public static final String COMMAND = "v5.channel.k8s.io";
    /** That of port-forward. */
    public static final String FORWARD = "SPDY/3.1+portforward.k8s.io";

    private static final int FINAL_BINARY = 0x82;
    private static final int MASKED = 0x80;
    private static final int TWO_BYTES_FOLLOW = 126;
    private static final int MOST = 65_535;

    private WebSocketScript() {}

    /** The HTTP request that changes a connection to WebSocket. */
    public static byte[] upgrade(URI url, String protocol) {
        return SpdyScript.request(
                "GET " + url.getPath() + " HTTP/1.1",
                "Host: node",
                "Connection: Upgrade",
                "Upgrade: websocket",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
                "Sec-WebSocket-Protocol: " + protocol);
    }

    /** One binary message of at most 65,535 bytes, masked with zeros. */
    public static byte[] message(byte[] content) {
        if (content.length > MOST) {
            throw new IllegalArgumentException("%d bytes are more than %d".formatted(content.length, MOST));
        }
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(FINAL_BINARY);
        if (content.length < TWO_BYTES_FOLLOW) {
            frame.write(MASKED | content.length);
        } else {
            frame.write(MASKED | TWO_BYTES_FOLLOW);
            frame.write(content.length >> Byte.SIZE);
            frame.write(content.length);
        }
        frame.writeBytes(new byte[4]);
        frame.writeBytes(content);
        return frame.toByteArray();
    }
}
