package dev.berth.runtime.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinuxKernelTest {
    private static final Kernel KERNEL = new LinuxKernel();

    @TempDir
    Path dir;

    @Test
    void filesAreWrittenReadAndStatted() throws Exception {
        int fd = open("a", Kernel.O_RDWR | Kernel.O_CREAT, 0640);
        KERNEL.write(fd, "hello".getBytes(UTF_8), 0, 5);
        KERNEL.write(
                fd, ByteBuffer.allocateDirect(5).put("world".getBytes(UTF_8)).flip());
        byte[] back = new byte[16];
        assertEquals(10, KERNEL.pread(fd, back, 0, 16, 0));
        assertEquals("helloworld", new String(back, 0, 10, UTF_8));
        Stat stat = KERNEL.fstatat(fd, "", Kernel.AT_EMPTY_PATH);
        assertTrue(stat.isRegular());
        assertEquals(10, stat.size());
        assertEquals(Files.getAttribute(dir.resolve("a"), "unix:ino"), stat.inode());
        KERNEL.close(fd);
    }

    @Test
    void aFailureReadsLikeStrace() {
        KernelFailure failure = assertThrows(KernelFailure.class, () -> open("missing", 0, 0));
        assertEquals(Errno.ENOENT, failure.errno());
        assertEquals("openat(AT_FDCWD, \"%s/missing\") = ENOENT".formatted(dir), failure.getMessage());
    }

    @Test
    void aLookupBelowARootDoesNotLeaveIt() throws Exception {
        Files.createDirectories(dir.resolve("root/etc"));
        Files.writeString(dir.resolve("root/etc/passwd"), "inside");
        Files.createSymbolicLink(dir.resolve("root/link"), Path.of("/etc/passwd"));
        int root = open("root", Kernel.O_PATH | Kernel.O_DIRECTORY, 0);
        int fd = KERNEL.openat2(root, "../../link", 0, 0, Kernel.RESOLVE_IN_ROOT | Kernel.RESOLVE_NO_MAGICLINKS);
        byte[] back = new byte[16];
        assertEquals(6, KERNEL.read(fd, back, 0, 16));
        KERNEL.close(fd);
        KERNEL.close(root);
    }

    @Test
    void namesThatAreNotUtf8Survive() throws Exception {
        byte[] odd = {'x', (byte) 0xFF, (byte) 0xC3, 'y'};
        assertArrayEquals(odd, OsString.encode(OsString.decode(odd)));
        int fd = open(".", Kernel.O_DIRECTORY, 0);
        KERNEL.mkdirat(fd, OsString.decode(odd), 0755);
        KERNEL.mkdirat(fd, "ä", 0755);
        List<String> names = KERNEL.getdents(fd);
        assertTrue(names.contains(OsString.decode(odd)) && names.contains("ä"), names.toString());
        KERNEL.unlinkat(fd, OsString.decode(odd), Kernel.AT_REMOVEDIR);
        KERNEL.close(fd);
    }

    @Test
    void descriptorsTravelOverSeqpacketSockets() throws Exception {
        int here = open(".", Kernel.O_DIRECTORY, 0);
        int listener = KERNEL.listenSeqpacket(here, "sock", 4);
        int client = KERNEL.connectSeqpacket(here, "sock");
        int server = KERNEL.accept(listener);
        assertEquals(KERNEL.getpid(), KERNEL.peerCredentials(server).pid());
        assertEquals(0600, KERNEL.fstatat(here, "sock", 0).mode() & 0777);
        int sent = open("f", Kernel.O_RDWR | Kernel.O_CREAT, 0600);
        KERNEL.sendmsg(client, new byte[] {1, 2, 3}, new int[] {sent, here});
        byte[] packet = new byte[64 * 1024];
        Kernel.Received received = KERNEL.recvmsg(server, packet);
        assertEquals(3, received.length());
        assertEquals(2, received.fds().size());
        KERNEL.write(received.fds().getFirst(), "via".getBytes(UTF_8), 0, 3);
        assertEquals("via", Files.readString(dir.resolve("f")));
        KERNEL.close(client);
        assertEquals(0, KERNEL.recvmsg(server, packet).length());
        for (int fd : List.of(here, listener, server, sent)) {
            KERNEL.close(fd);
        }
        received.fds().forEach(KERNEL::close);
    }

    @Test
    void epollGivesTheTokenOfWhatIsReady() {
        int epoll = KERNEL.epollCreate();
        int event = KERNEL.eventfd();
        KERNEL.epollAdd(epoll, event, Kernel.EPOLLIN, 0x1122334455667788L);
        assertEquals(0, KERNEL.epollWait(epoll, 0).length);
        KERNEL.write(event, new byte[] {1, 0, 0, 0, 0, 0, 0, 0}, 0, 8);
        assertArrayEquals(new long[] {0x1122334455667788L}, KERNEL.epollWait(epoll, 1000));
        KERNEL.close(event);
        KERNEL.close(epoll);
    }

    @Test
    void aSealedMemoryFileCannotBeChanged() {
        int memfd = KERNEL.memfdCreate("plan", Kernel.MFD_ALLOW_SEALING);
        KERNEL.write(memfd, new byte[100], 0, 100);
        KERNEL.seal(memfd);
        KernelFailure failure = assertThrows(KernelFailure.class, () -> KERNEL.write(memfd, new byte[1], 0, 1));
        assertEquals(Errno.EPERM, failure.errno());
        KERNEL.close(memfd);
    }

    @Test
    void aLockHasOneHolder() {
        int first = open("lock", Kernel.O_RDWR | Kernel.O_CREAT, 0600);
        int second = open("lock", Kernel.O_RDWR, 0);
        assertTrue(KERNEL.tryFlock(first));
        assertFalse(KERNEL.tryFlock(second));
        KERNEL.close(first);
        assertTrue(KERNEL.tryFlock(second));
        KERNEL.close(second);
    }

    @Test
    void manyBytesAreWrittenInPieces() throws Exception {
        byte[] much = new byte[300_000];
        Arrays.fill(much, (byte) 7);
        int fd = open("much", Kernel.O_RDWR | Kernel.O_CREAT, 0600);
        KERNEL.write(fd, much, 0, much.length);
        assertArrayEquals(much, Files.readAllBytes(dir.resolve("much")));
        KERNEL.close(fd);
    }

    private int open(String name, int flags, int mode) {
        return KERNEL.openat(Kernel.AT_FDCWD, dir.resolve(name).toString(), flags, mode);
    }
}
