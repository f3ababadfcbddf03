package dev.berth.runtime.plan;

import static dev.berth.runtime.testing.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.runtime.kernel.Errno;
import dev.berth.runtime.kernel.KernelFailure;
import dev.berth.runtime.testing.FakeKernel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PlanBuilderTest {
    private final FakeKernel kernel = new FakeKernel();
    private final PlanBuilder builder = new PlanBuilder(PlanKind.INIT, kernel);

    @Test
    void descriptorsAreTheFirstRegistersAndResultsTheLast() {
        assertEquals(0, builder.pass(kernel.descriptor()).index());
        assertEquals(1, builder.pass(kernel.descriptor()).index());
        assertEquals(256, builder.newFs("proc", Map.of(), 0).index());
        assertEquals(257, builder.clone(new Register(0), "", 0).index());
    }

    @Test
    void a257thDescriptorIsRefused() {
        for (int i = 0; i < 256; i++) {
            builder.pass(kernel.descriptor());
        }
        assertRefused("more than 256 descriptors", () -> builder.pass(kernel.descriptor()));
    }

    @Test
    void a257thResultIsRefused() {
        for (int i = 0; i < 256; i++) {
            builder.clone(Register.NONE, "", 0);
        }
        assertRefused("more than 256 mounts of its own", () -> builder.newFs("proc", Map.of(), 0));
    }

    @Test
    void a4097thOperationIsRefused() {
        for (int i = 0; i < 4096; i++) {
            builder.session();
        }
        assertRefused("more than 4096 launch operations", builder::pause);
    }

    @Test
    void dataBeyondEightMegabytesIsRefused() {
        List<String> large = List.of("x".repeat(4 << 20), "y".repeat(4 << 20));
        assertRefused("more than 8 MiB; shorten them", () -> builder.exec(large, List.of(), List.of()));
    }

    @Test
    void aNulByteIsRefusedWhereverAStringGoes() {
        Register dir = builder.pass(kernel.descriptor());
        assertRefused("NUL", () -> builder.exec(List.of("a\0b"), List.of(), List.of()));
        assertRefused("NUL", () -> builder.exec(List.of("a"), List.of("A=\0"), List.of()));
        assertRefused("NUL", () -> builder.mkdir(dir, "/a\0", 0755));
        assertRefused("NUL", () -> builder.target("\0"));
        assertRefused("NUL", () -> builder.log(dir, "x\0"));
        assertRefused("NUL", () -> builder.newFs("tmpfs", Map.of("mode", "7\0"), 0));
    }

    @Test
    void dataBeginsAndEndsWithNulAndSharesEqualStrings() {
        Register dir = builder.pass(kernel.descriptor());
        builder.mkdir(dir, "one", 0755);
        builder.mkfile(dir, "one", 0644);
        builder.move(dir, dir, "", 0);
        Plan plan = builder.build();
        assertEquals("\0one\0\0", data(plan));
        assertEquals(1, field(plan, 0, 12));
        assertEquals(1, field(plan, 1, 12));
        assertEquals(0, field(plan, 2, 12));
    }

    @Test
    void namesThatAreNoUtf8KeepTheirBytes() {
        builder.mkdir(Register.NONE, "\uDCFF", 0755);
        byte[] bytes = builder.build().bytes();
        assertEquals((byte) 0xFF, bytes[112 + 48 + 1]);
    }

    @Test
    void optionsOfAFileSystemAreAdjacentPairsInOrder() {
        builder.newFs("devpts", Map.of("newinstance", "", "gid", "5"), 0);
        Plan plan = builder.build();
        assertEquals("\0devpts\0gid\0005\0newinstance\0\0\0", data(plan));
        assertEquals(8, field(plan, 0, 16));
        assertEquals(2, field(plan, 0, 20));
    }

    @Test
    void programsAndNumbersAreAlignedToEightBytes() {
        builder.mkdir(Register.NONE, "abc", 0);
        builder.seccomp(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}, 0);
        builder.ids(1, 2, List.of(10, 20));
        Plan plan = builder.build();
        assertEquals(8, field(plan, 1, 12));
        assertEquals(1, field(plan, 1, 20));
        assertEquals(16, field(plan, 2, 12));
        assertEquals(2, field(plan, 2, 20));
        int dataAt = 112 + 3 * 48;
        assertEquals(
                20, ByteBuffer.wrap(plan.bytes()).order(ByteOrder.LITTLE_ENDIAN).getInt(dataAt + 20));
    }

    @Test
    void aFailureSaysWhatWasBeingDone() {
        builder.mkdir(Register.NONE, "/proc", 0755);
        builder.exec(List.of("/bin/none"), List.of(), List.of("/bin/none"));
        Plan plan = builder.build();
        assertEquals("making the directory /proc: EROFS", plan.failure(0, Errno.EROFS.number()));
        assertEquals("executing /bin/none: ENOENT", plan.failure(1, Errno.ENOENT.number()));
        assertEquals("cloning the process: EAGAIN", plan.failure(0xFFFFFFFF, Errno.EAGAIN.number()));
        assertEquals("operation 2: EINVAL", plan.failure(2, Errno.EINVAL.number()));
        assertEquals("operation 4294967294: errno 4000", plan.failure(-2, 4000));
    }

    @Test
    void everyOperationHasAPurpose() {
        builder.cgroup(Register.NONE);
        builder.setns("entering", Register.TARGET, 1);
        builder.write("setting a", Register.NONE, "a", "b", 0);
        assertEquals(
                List.of("joining the cgroup", "entering", "setting a"),
                builder.build().purposes());
    }

    @Test
    void aPlanOwnsWhatWasPassed() {
        int fd = kernel.descriptor();
        builder.pass(fd);
        Plan plan = builder.build();
        assertEquals(List.of(fd), plan.fds());
        plan.close();
        assertEquals(List.of(), kernel.open());
    }

    @Test
    void aPlanThatCannotBeBuiltClosesWhatWasPassed() {
        builder.pass(kernel.descriptor());
        assertRefused("NUL", () -> builder.build(() -> builder.hostname("\0")));
        assertEquals(List.of(), kernel.open());
    }

    @Test
    void aSealedPlanIsAMemoryFileWithItsBytes() {
        builder.pause();
        Plan plan = builder.build();
        int memfd = plan.seal();
        assertTrue(Arrays.equals(plan.bytes(), kernel.written(memfd)));
        assertEquals("seal(" + memfd + ")", kernel.calls().getLast());
    }

    @Test
    void aPlanThatCannotBeSealedLeavesNothingOpen() {
        Plan plan = builder.build();
        kernel.failing("seal", Errno.EPERM);
        assertThrows(KernelFailure.class, plan::seal);
        assertEquals(List.of(), kernel.open());
    }

    private static int field(Plan plan, int op, int offset) {
        return ByteBuffer.wrap(plan.bytes()).order(ByteOrder.LITTLE_ENDIAN).getInt(112 + 48 * op + offset);
    }

    private static String data(Plan plan) {
        int at = 112 + 48 * plan.purposes().size();
        return new String(plan.bytes(), at, plan.bytes().length - at, StandardCharsets.ISO_8859_1);
    }
}
