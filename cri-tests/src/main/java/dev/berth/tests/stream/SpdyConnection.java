package dev.berth.tests.stream;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * A live SPDY session, as cheap as a client can be, so that a benchmark measures the server. Control frames of the server are read
 * and dropped.
 */
public final class SpdyConnection implements AutoCloseable {
    private static final int BUFFER = 256 << 10;
    private static final int PATIENCE_MILLIS = 30_000;
    private static final int LAST = 1;

    private final Socket socket;
    private final DataInputStream in;
    private final SpdyScript script = new SpdyScript();

    /**
     * The part of a stream that a frame carries.
     *
     * @param stream its number; 0 for the end of the connection
     * @param last whether nothing follows on it
     */
    public record Piece(int stream, byte[] bytes, boolean last) {}

    private SpdyConnection(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), BUFFER));
    }

    /** Connects and changes the connection to SPDY. */
    public static SpdyConnection open(URI url, String protocol) throws IOException {
        SpdyConnection connection = new SpdyConnection(new Socket(url.getHost(), url.getPort()));
        try {
            connection.socket.setTcpNoDelay(true);
            connection.socket.setSoTimeout(PATIENCE_MILLIS);
            connection.out().write(SpdyScript.upgrade(url, protocol));
            String head = SpdyScript.head(connection.in);
            if (!head.startsWith("HTTP/1.1 101 ")) {
                throw new IOException("The connection was not changed to SPDY: " + head);
            }
            return connection;
        } catch (IOException failure) {
            connection.close();
            throw failure;
        }
    }

    private OutputStream out() throws IOException {
        return socket.getOutputStream();
    }

    /** Opens the streams of a command: error 1, stdout 3, stderr 5, stdin 7. */
    public SpdyConnection command(boolean stdin) throws IOException {
        script.open(1, "streamtype", "error").open(3, "streamtype", "stdout").open(5, "streamtype", "stderr");
        if (stdin) {
            script.open(7, "streamtype", "stdin");
        }
        out().write(script.take());
        return this;
    }

    /** Opens the streams of a command on a terminal: error 1, stdout 3, stdin 5, resize 7. */
    public SpdyConnection terminal() throws IOException {
        script.open(1, "streamtype", "error").open(3, "streamtype", "stdout");
        script.open(5, "streamtype", "stdin").open(7, "streamtype", "resize");
        out().write(script.take());
        return this;
    }

    /** Everything up to the end of the session, as text by stream. */
    public Map<Integer, String> readToEnd() throws IOException {
        Map<Integer, ByteArrayOutputStream> streams = new TreeMap<>();
        for (Piece piece = next(); piece.stream() != 0; piece = next()) {
            streams.computeIfAbsent(piece.stream(), _ -> new ByteArrayOutputStream())
                    .writeBytes(piece.bytes());
        }
        Map<Integer, String> texts = new TreeMap<>();
        streams.forEach((stream, bytes) -> texts.put(stream, bytes.toString(StandardCharsets.UTF_8)));
        return texts;
    }

    /** Opens the two streams of a connection to a port: error ID, data ID + 2. */
    public void forward(int id, int port) throws IOException {
        String request = Integer.toString(id);
        String number = Integer.toString(port);
        script.open(id, "streamtype", "error", "port", number, "requestid", request)
                .data(id, new byte[0], true)
                .open(id + 2, "streamtype", "data", "port", number, "requestid", request);
        out().write(script.take());
    }

    public void send(int stream, byte[] bytes, boolean last) throws IOException {
        out().write(script.data(stream, bytes, last).take());
    }

    /** What comes next of any stream. */
    public Piece next() throws IOException {
        while (true) {
            int stream;
            try {
                stream = in.readInt();
            } catch (EOFException _) {
                return new Piece(0, new byte[0], true);
            }
            int rest = in.readInt();
            int length = rest & 0xff_ffff;
            if (stream > 0) {
                byte[] bytes = new byte[length];
                in.readFully(bytes);
                return new Piece(stream, bytes, (rest >>> 24 & LAST) != 0);
            }
            in.skipNBytes(length);
        }
    }

    /** Waits for the first byte of a stream. */
    public void awaitByte(int stream) throws IOException {
        Piece piece = next();
        while (piece.stream() != stream || piece.bytes().length == 0) {
            if (piece.stream() == 0) {
                throw new EOFException("The server ended the session before stream %d had a byte".formatted(stream));
            }
            piece = next();
        }
    }

    /** Reads so many bytes of a stream, or up to its end; how many they were. */
    public long drain(int stream, long bytes) throws IOException {
        long have = 0;
        while (have < bytes) {
            Piece piece = next();
            if (piece.stream() == stream) {
                have += piece.bytes().length;
            }
            if (piece.stream() == 0 || (piece.stream() == stream && piece.last())) {
                return have;
            }
        }
        return have;
    }

    /** All of a stream as text. */
    public String text(int stream) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        while (true) {
            Piece piece = next();
            if (piece.stream() == stream) {
                text.writeBytes(piece.bytes());
            }
            if (piece.stream() == 0 || (piece.stream() == stream && piece.last())) {
                return text.toString(StandardCharsets.UTF_8);
            }
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
