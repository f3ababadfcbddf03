package dev.berth.runtime.shim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.LinuxKernel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ConnectionTest {
    private static final Kernel KERNEL = new LinuxKernel();

    /** The kernel then reports a reset before it hands out what the peer sent last. */
    @Test
    void theLastReplyOfAPeerThatLeftARequestUnreadIsStillHeard() throws Exception {
        int[] ends = KERNEL.socketpairSeqpacket();
        EndCount listener = new EndCount();
        Connection connection = new Connection(KERNEL, ends[0], 1, listener);
        CompletableFuture<Integer> asked = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> ask(connection, asked));
        byte[] buffer = new byte[Packet.LARGEST];
        KERNEL.recvmsg(ends[1], buffer);
        KERNEL.sendmsg(ends[0], Packet.of(Packet.FORGET, 9, Packet.id("c")), new int[0]);
        KERNEL.sendmsg(ends[1], Packet.of(Packet.DONE, 1, new byte[4]), new int[0]);
        KERNEL.close(ends[1]);
        while (connection.receive(buffer)) {
            // Until the end.
        }
        connection.ended();
        assertEquals(0, asked.get(5, TimeUnit.SECONDS));
        assertEquals(1, listener.ends);
    }

    private static void ask(Connection connection, CompletableFuture<Integer> asked) {
        try {
            connection.done("shutdown", Packet.SHUTDOWN, new byte[0], Duration.ofSeconds(5));
            asked.complete(0);
        } catch (RuntimeException | InterruptedException failure) {
            asked.completeExceptionally(failure);
        }
    }

    private static final class EndCount implements Connection.Listener {
        private int ends;

        @Override
        public void exited(int tag, ProcessExit exit) {
            throw new AssertionError("nothing exits here");
        }

        @Override
        public void ended() {
            ends++;
        }
    }
}
