package dev.berth.tests.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** What an exec's output costs at least: a program writes to a pipe, one thread copies it to a socket, one reads that. */
final class PlainCopy {
    private static final int CHUNK = 64 << 10;

    private PlainCopy() {}

    static void run(long bytes) throws IOException, InterruptedException {
        Process head = new ProcessBuilder("head", "-c", Long.toString(bytes), "/dev/zero").start();
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket client = new Socket(server.getInetAddress(), server.getLocalPort());
                Socket accepted = server.accept()) {
            Thread copier = Thread.ofPlatform().daemon().name("copier").start(() -> copy(head, accepted));
            byte[] buffer = new byte[CHUNK];
            InputStream in = client.getInputStream();
            long got = 0;
            for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
                got += n;
            }
            copier.join();
            if (got != bytes) {
                throw new IOException("Only %d of %d bytes were copied".formatted(got, bytes));
            }
        }
    }

    private static void copy(Process head, Socket socket) {
        byte[] buffer = new byte[CHUNK];
        try (InputStream in = head.getInputStream();
                OutputStream out = socket.getOutputStream()) {
            for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
                out.write(buffer, 0, n);
            }
        } catch (IOException _) {
            // Seen by the reader, who misses bytes.
        }
    }
}
