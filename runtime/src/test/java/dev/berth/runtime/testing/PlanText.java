package dev.berth.runtime.testing;

import dev.berth.runtime.plan.Op;
import dev.berth.runtime.plan.Plan;
import dev.berth.runtime.plan.PlanKind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A plan's bytes as text, an operation a line: {@code MKDIR root /proc 0755}. Descriptors that were passed are named by the test,
 * what operations make is named by what it is: {@code proc}, {@code tmpfs2}.
 */
public final class PlanText {
    private static final int HEADER = 112;
    private static final int OP = 48;
    private static final Map<Long, String> NAMESPACES = Map.of(
            0x00020000L, "mnt",
            0x02000000L, "cgroup",
            0x04000000L, "uts",
            0x08000000L, "ipc",
            0x10000000L, "user",
            0x20000000L, "pid",
            0x40000000L, "net");
    private static final Map<Long, String> ATTRIBUTES = Map.of(1L, "ro", 2L, "nosuid", 4L, "nodev", 8L, "noexec");
    private static final Map<Long, String> PROPAGATION =
            Map.of(0L, "", 1L << 18, " private", 1L << 19, " slave", 1L << 20, " shared");
    private static final Map<Long, String> FLAGS =
            Map.of(1L, "optional", 2L, "recursive", 4L, "nofollow", 8L, "best-effort", 16L, "create");
    private static final Map<Long, String> STDIO =
            Map.of(1L, "stdin", 2L, "tty", 4L, "log", 8L, "capture", 16L, "discard");

    private final ByteBuffer bytes;
    private final Map<Integer, String> names = new HashMap<>();
    private final int data;

    private PlanText(Plan plan, Map<Integer, String> descriptors) {
        this.bytes = ByteBuffer.wrap(plan.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        this.data = bytes.getInt(16);
        names.put(-1, "-");
        names.put(-2, "target");
        for (int i = 0; i < plan.fds().size(); i++) {
            int fd = plan.fds().get(i);
            names.put(i, descriptors.getOrDefault(fd, "fd" + fd));
        }
    }

    /** All operations, without the header. */
    public static List<String> operations(Plan plan, Map<Integer, String> descriptors) {
        PlanText text = new PlanText(plan, descriptors);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < text.bytes.getInt(12); i++) {
            lines.add(text.operation(HEADER + OP * i).stripTrailing());
        }
        return lines;
    }

    /** What the header says, as {@code kind key=value …}, without what is not set. */
    public static String header(Plan plan, Map<Integer, String> descriptors) {
        return new PlanText(plan, descriptors).header();
    }

    private String header() {
        StringBuilder text = new StringBuilder(kind());
        text.append(" clone=").append(bits(NAMESPACES, bytes.getLong(32), ","));
        text.append(" stdio=").append(bits(STDIO, bytes.getInt(28), ","));
        registerIfSet(text, "cgroup", 40);
        stringIfSet(text, "target", 44);
        registerIfSet(text, "logdir", 48);
        stringIfSet(text, "log", 52);
        registerIfSet(text, "oom", 56);
        registerIfSet(text, "stdin", 60);
        registerIfSet(text, "stdout", 64);
        registerIfSet(text, "stderr", 68);
        text.append(" owner=%d:%d".formatted(bytes.getInt(72), bytes.getInt(76)));
        if (bytes.getInt(80) != 0) {
            text.append(" limit=").append(bytes.getInt(80));
        }
        return text.toString();
    }

    private String kind() {
        return Arrays.stream(PlanKind.values())
                .filter(kind -> kind.number() == bytes.getShort(6))
                .findFirst()
                .orElseThrow()
                .name();
    }

    private static Op op(int number) {
        return Arrays.stream(Op.values())
                .filter(op -> op.number() == number)
                .findFirst()
                .orElseThrow();
    }

    private void registerIfSet(StringBuilder text, String key, int at) {
        if (bytes.getInt(at) != -1) {
            text.append(" %s=%s".formatted(key, names.get(bytes.getInt(at))));
        }
    }

    private void stringIfSet(StringBuilder text, String key, int at) {
        if (bytes.getInt(at) != 0) {
            text.append(" %s=%s".formatted(key, string(bytes.getInt(at))));
        }
    }

    private String operation(int at) {
        Op op = op(bytes.getShort(at));
        Fields f = new Fields(bytes, at);
        String what = switch (op) {
            case NEWFS -> "%s%s %s".formatted(string(f.s1), options(f), bits(ATTRIBUTES, f.x, ","));
            case ATTACH -> name(f.a) + PROPAGATION.get((long) f.n);
            case MKDIR, MKFILE -> "%s %s 0%o".formatted(name(f.a), string(f.s1), f.x);
            case MOVE -> "%s %s %s".formatted(name(f.a), name(f.b), string(f.s1));
            case CLONE -> "%s %s".formatted(name(f.a), string(f.s1));
            case SETATTR -> "%s %s%s".formatted(name(f.a), bits(ATTRIBUTES, f.x, ","), PROPAGATION.get((long) f.n));
            case MKNOD -> node(f);
            case SYMLINK -> "%s %s -> %s".formatted(name(f.a), string(f.s1), string(f.s2));
            case MASK -> "%s %s by %s or %s".formatted(name(f.a), string(f.s1), name(f.b), name(f.n));
            case WRITE -> "%s %s '%s'".formatted(name(f.a), string(f.s1), string(f.s2));
            case UNSHARE, FORK -> bits(NAMESPACES, f.x, ",");
            case SETNS -> "%s %s".formatted(name(f.a), bits(NAMESPACES, f.x, ","));
            case RLIMIT -> "%d %d:%d".formatted(f.n, f.x, f.y);
            case SECCOMP -> "%d instructions, flags %d".formatted(f.n, f.x);
            case IDS -> "%d:%d %s".formatted(f.x, f.y, numbers(f.s1, f.n));
            case CAPS -> "permitted %x ambient %x".formatted(f.x, f.y);
            case BOUNDING -> "keep %x".formatted(f.x);
            case UMASK -> "0%o".formatted(f.x);
            case PTY -> "%s owner %d:%d".formatted(name(f.a), f.z >>> 32, f.z & 0xffffffffL);
            case EXEC -> "%s env %s at %s".formatted(strings(f.s1, f.n), strings(f.s2, f.x), strings((int) f.z, f.y));
            case HOSTNAME, CWD, OPEN -> string(f.s1);
            case CGROUP, PIVOT, CLOSE, CHDIR -> name(f.a);
            case HERE -> "";
            case LABEL -> "%s %s".formatted(name(f.a), string(f.s1));
            case FSIDS -> "%d:%d".formatted(f.x, f.y);
            case USERNS ->
                "%s '%s' '%s' %s".formatted(name(f.a), string(f.s1), string(f.s2), bits(NAMESPACES, f.x, ","));
            case LOOPBACK, KEYRING, NO_NEW_PRIVS, SESSION, PAUSE, AFFINITY -> "";
        };
        return op.name() + " " + what + result(op, f) + flags(f);
    }

    private String node(Fields f) {
        String type = (f.x & 0170000) == 0060000 ? "b" : "c";
        return "%s %s %s %d:%d 0%o owner %d:%d"
                .formatted(
                        name(f.a),
                        string(f.s1),
                        type,
                        f.y >> 8 & 0xfff,
                        f.y & 0xff,
                        f.x & 07777,
                        f.z >>> 32,
                        f.z & 0xffffffffL);
    }

    private String options(Fields f) {
        List<String> options = new ArrayList<>();
        int at = f.s2;
        for (int i = 0; i < f.n; i++) {
            String key = string(at);
            at += key.length() + 1;
            String value = string(at);
            at += value.length() + 1;
            options.add(value.isEmpty() ? key : key + "=" + value);
        }
        return options.isEmpty() ? "" : " " + String.join(",", options);
    }

    private String result(Op op, Fields f) {
        if (op != Op.NEWFS && op != Op.CLONE && op != Op.HERE && op != Op.OPEN) {
            return "";
        }
        String path = op == Op.HERE ? "here" : op == Op.OPEN && string(f.s1).equals("/") ? "top" : string(f.s1);
        String stem = path.isEmpty() ? "clone" : path.substring(path.lastIndexOf('/') + 1);
        String name = stem;
        for (int i = 2; names.containsValue(name); i++) {
            name = stem + i;
        }
        names.put(f.b, name);
        return " as " + name;
    }

    private static String flags(Fields f) {
        return f.flags == 0 ? "" : " [" + bits(FLAGS, f.flags, " ") + "]";
    }

    private String name(int register) {
        String name = names.get(register);
        if (name == null) {
            throw new AssertionError("register %d is used before anything is in it".formatted(register));
        }
        return name;
    }

    private String string(int offset) {
        int end = data + offset;
        while (bytes.get(end) != 0) {
            end++;
        }
        byte[] text = new byte[end - data - offset];
        bytes.get(data + offset, text);
        return new String(text, StandardCharsets.UTF_8);
    }

    private List<String> strings(int at, long count) {
        return numbers(at, count).stream().map(this::string).toList();
    }

    private List<Integer> numbers(int at, long count) {
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            numbers.add(bytes.getInt(data + at + 4 * i));
        }
        return numbers;
    }

    private static String bits(Map<Long, String> names, long value, String separator) {
        List<String> set = new ArrayList<>();
        for (long bit = 1; bit != 0; bit <<= 1) {
            if ((value & bit) != 0) {
                set.add(names.getOrDefault(bit, String.format(Locale.ROOT, "0x%x", bit)));
            }
        }
        return set.isEmpty() ? "-" : String.join(separator, set);
    }

    /** The fields of one operation. */
    private static final class Fields {
        final int flags;
        final int a;
        final int b;
        final int s1;
        final int s2;
        final int n;
        final long x;
        final long y;
        final long z;

        Fields(ByteBuffer bytes, int at) {
            flags = bytes.getShort(at + 2);
            a = bytes.getInt(at + 4);
            b = bytes.getInt(at + 8);
            s1 = bytes.getInt(at + 12);
            s2 = bytes.getInt(at + 16);
            n = bytes.getInt(at + 20);
            x = bytes.getLong(at + 24);
            y = bytes.getLong(at + 32);
            z = bytes.getLong(at + 40);
        }
    }
}
