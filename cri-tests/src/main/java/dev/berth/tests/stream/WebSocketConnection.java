package dev.berth.tests.stream;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** A live session over WebSocket, whose messages name a channel in their first byte. */
public final class WebSocketConnection implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 30_000;
    private static final int OPCODE = 0x0f;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int LENGTH = 0x7f;
    private static final int TWO_BYTES_FOLLOW = 126;
    private static final int EIGHT_BYTES_FOLLOW = 127;
    private static final byte END = (byte) 255;

    private final Socket socket;
    private final DataInputStream in;
    private final Map<Integer, ByteArrayOutputStream> channels = new TreeMap<>();

    private WebSocketConnection(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
    }

    /** Connects and changes the connection to WebSocket. */
    public static WebSocketConnection open(URI url, String protocol) throws IOException {
        WebSocketConnection connection = new WebSocketConnection(new Socket(url.getHost(), url.getPort()));
        try {
            connection.socket.setSoTimeout(PATIENCE_MILLIS);
            connection.socket.getOutputStream().write(WebSocketScript.upgrade(url, protocol));
            String head = SpdyScript.head(connection.in);
            if (!head.startsWith("HTTP/1.1 101 ") || !head.contains(protocol)) {
                throw new IOException("The connection was not changed to WebSocket: " + head);
            }
            return connection;
        } catch (IOException failure) {
            connection.close();
            throw failure;
        }
    }

    public void send(int channel, String text) throws IOException {
        sendBytes(((char) channel + text).getBytes(StandardCharsets.UTF_8));
    }

    /** Says that nothing follows on channel 0. */
    public void endInput() throws IOException {
        sendBytes(new byte[] {END, 0});
    }

    /** One message. */
    public void sendBytes(byte[] content) throws IOException {
        socket.getOutputStream().write(WebSocketScript.message(content));
    }

    /** The next binary message; empty at the end of the session. */
    public byte[] readMessage() throws IOException {
        while (true) {
            int opcode = in.readUnsignedByte() & OPCODE;
            int length = in.readUnsignedByte() & LENGTH;
            if (length == TWO_BYTES_FOLLOW) {
                length = in.readUnsignedShort();
            } else if (length == EIGHT_BYTES_FOLLOW) {
                length = Math.toIntExact(in.readLong());
            }
            byte[] content = new byte[length];
            in.readFully(content);
            if (opcode == BINARY) {
                return content;
            }
            if (opcode == CLOSE) {
                return new byte[0];
            }
        }
    }

    /** Keeps what comes on each channel until the session ends. */
    public void readToEnd() throws IOException {
        for (byte[] message = readMessage(); message.length > 0; message = readMessage()) {
            channels.computeIfAbsent((int) message[0], _ -> new ByteArrayOutputStream())
                    .write(message, 1, message.length - 1);
        }
    }

    /** What has come on a channel. */
    public String text(int channel) {
        return channels.getOrDefault(channel, new ByteArrayOutputStream()).toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
