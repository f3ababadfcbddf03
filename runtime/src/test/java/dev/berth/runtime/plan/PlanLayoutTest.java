package dev.berth.runtime.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.berth.runtime.testing.CHeader;
import dev.berth.runtime.testing.FakeKernel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The Java side of a plan's bytes against runtime/src/main/c/protocol.h. */
class PlanLayoutTest {
    private final FakeKernel kernel = new FakeKernel();
    private CHeader c;

    @BeforeEach
    void readHeader() throws Exception {
        c = CHeader.read();
    }

    @Test
    void operationsAndKindsHaveTheNumbersOfTheHeader() {
        Map<String, Long> ops = new LinkedHashMap<>();
        for (Op op : Op.values()) {
            ops.put(op.name(), (long) op.number());
        }
        assertEquals(c.enumerators("op_code", "OP_"), ops);
        Map<String, Long> kinds = new LinkedHashMap<>();
        for (PlanKind kind : PlanKind.values()) {
            kinds.put(kind.name(), (long) kind.number());
        }
        assertEquals(c.enumerators("plan_kind", "KIND_"), kinds);
    }

    @Test
    void flagsHaveTheBitsOfTheHeader() {
        assertEquals(
                c.enumerators("op_flag", "FLAG_"),
                Map.of(
                        "OPTIONAL", (long) Op.OPTIONAL,
                        "RECURSIVE", (long) Op.RECURSIVE,
                        "NOFOLLOW", (long) Op.NOFOLLOW,
                        "BEST_EFFORT", (long) Op.BEST_EFFORT,
                        "CREATE", (long) Op.CREATE));
        assertEquals(
                c.enumerators("stdio_bit", "STDIO_"),
                Map.of(
                        "STDIN", (long) Stdio.STDIN,
                        "TTY", (long) Stdio.TTY,
                        "LOG", (long) Stdio.LOG,
                        "CAPTURE", (long) Stdio.CAPTURE,
                        "DISCARD", (long) Stdio.DISCARD));
    }

    @Test
    void limitsAreThoseOfTheHeader() {
        assertEquals(c.number("PLAN_MAGIC"), PlanBuilder.MAGIC);
        assertEquals(c.number("PLAN_VERSION"), PlanBuilder.VERSION);
        assertEquals(c.number("REGISTERS"), PlanBuilder.REGISTERS);
        assertEquals(c.number("PLAN_MAX_OPS"), PlanBuilder.MAX_OPS);
        assertEquals(c.number("REGISTER_NONE"), Register.NONE.index());
        assertEquals(c.number("REGISTER_TARGET"), Register.TARGET.index());
        assertEquals(c.struct("plan_header").size(), PlanBuilder.HEADER);
        assertEquals(c.struct("op").size(), PlanBuilder.OP);
    }

    @Test
    void everyFieldOfTheHeaderLiesWhereCReadsIt() {
        PlanBuilder builder = new PlanBuilder(PlanKind.EXEC, kernel);
        List<Register> fds = List.of(pass(builder), pass(builder), pass(builder), pass(builder), pass(builder));
        builder.cloneFlags(0x7000_0000_0002_0000L)
                .intoCgroup(fds.get(0))
                .target("t")
                .stdio(Stdio.capture(77))
                .streams(fds.get(1), fds.get(2), fds.get(3))
                .log(fds.get(4), "log")
                .oomFile(fds.get(2))
                .owner(1000, -2);
        builder.session();
        builder.pause();
        Map<String, Long> expected = new LinkedHashMap<>();
        expected.put("magic", (long) PlanBuilder.MAGIC);
        expected.put("version", 1L);
        expected.put("kind", 2L);
        expected.put("length", 112 + 2 * 48 + 8L);
        expected.put("ops", 2L);
        expected.put("data_offset", 112 + 2 * 48L);
        expected.put("data_length", 8L);
        expected.put("fds", 5L);
        expected.put("stdio", 8L);
        expected.put("clone_flags", 0x7000_0000_0002_0000L);
        expected.put("cgroup", 0L);
        expected.put("target", 1L);
        expected.put("log_dir", 4L);
        expected.put("log_name", 3L);
        expected.put("oom_file", 2L);
        expected.put("stdin_register", 1L);
        expected.put("stdout_register", 2L);
        expected.put("stderr_register", 3L);
        expected.put("owner_uid", 1000L);
        expected.put("owner_gid", -2L);
        expected.put("capture_limit", 77L);
        expected.put("rows", 24L);
        expected.put("columns", 80L);
        expected.put("reserved", 0L);
        assertEquals(expected, fields(builder.build(), "plan_header", 0));
    }

    @Test
    void whatIsNotSaidInTheHeaderIsNone() {
        PlanBuilder builder = new PlanBuilder(PlanKind.POD, kernel);
        Map<String, Long> fields = fields(builder.build(), "plan_header", 0);
        for (String register :
                List.of("cgroup", "log_dir", "oom_file", "stdin_register", "stdout_register", "stderr_register")) {
            assertEquals(-1L, fields.get(register), register);
        }
        assertEquals(0L, fields.get("target"));
        assertEquals(0L, fields.get("ops"));
    }

    @Test
    void everyFieldOfAnOperationLiesWhereCReadsIt() {
        PlanBuilder builder = new PlanBuilder(PlanKind.INIT, kernel);
        Register dir = pass(builder);
        builder.mknod(dir, "null", 0020666, 0x103, (7L << 32) | 8);
        builder.mask(dir, "p", new Register(300), new Register(301));
        Plan plan = builder.build();
        Map<String, Long> node = new LinkedHashMap<>();
        node.put("op", (long) Op.MKNOD.number());
        node.put("flags", 0L);
        node.put("a", 0L);
        node.put("b", -1L);
        node.put("s1", 1L);
        node.put("s2", 0L);
        node.put("n", 0L);
        node.put("x", 0020666L);
        node.put("y", 0x103L);
        node.put("z", (7L << 32) | 8);
        assertEquals(node, fields(plan, "op", PlanBuilder.HEADER));
        Map<String, Long> mask = fields(plan, "op", PlanBuilder.HEADER + PlanBuilder.OP);
        assertEquals(List.of(15L, 0L, 0L, 300L, 6L, 0L, 301L, 0L, 0L, 0L), List.copyOf(mask.values()));
    }

    private Register pass(PlanBuilder builder) {
        return builder.pass(kernel.descriptor());
    }

    private Map<String, Long> fields(Plan plan, String struct, int from) {
        ByteBuffer bytes = ByteBuffer.wrap(plan.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        CHeader.Struct layout = c.struct(struct);
        Map<String, Long> values = new LinkedHashMap<>();
        List<Map.Entry<String, Integer>> offsets = List.copyOf(layout.offsets().entrySet());
        for (int i = 0; i < offsets.size(); i++) {
            int at = offsets.get(i).getValue();
            int end = i + 1 < offsets.size() ? offsets.get(i + 1).getValue() : layout.size();
            values.put(offsets.get(i).getKey(), number(bytes, from + at, end - at));
        }
        return values;
    }

    private static long number(ByteBuffer bytes, int at, int width) {
        return switch (width) {
            case 2 -> bytes.getShort(at);
            case 4 -> bytes.getInt(at);
            case 8 -> bytes.getLong(at);
            default -> bytes.getInt(at);
        };
    }
}
