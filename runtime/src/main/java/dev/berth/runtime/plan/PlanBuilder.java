package dev.berth.runtime.plan;

import dev.berth.runtime.kernel.Kernel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes a plan operation by operation. Registers below {@link #FIRST_RESULT} are descriptors passed along, the others hold what
 * operations make. Every operation says in words what it is for; the words come back in the error when it fails.
 */
public final class PlanBuilder {
    static final int MAGIC = 0x314c5042;
    static final int VERSION = 1;
    static final int HEADER = 112;
    static final int OP = 48;
    static final int FIRST_RESULT = 256;
    static final int REGISTERS = 512;
    static final int MAX_OPS = 4096;

    private final PlanKind kind;
    private final Kernel kernel;
    private final PlanData data = new PlanData();
    private final List<byte[]> ops = new ArrayList<>();
    private final List<String> purposes = new ArrayList<>();
    private final List<Integer> fds = new ArrayList<>();
    private int nextResult = FIRST_RESULT;

    private long cloneFlags;
    private Register cgroup = Register.NONE;
    private int targetAt;
    private Stdio stdio = Stdio.PASSED;
    private Register logDir = Register.NONE;
    private int logNameAt;
    private Register oomFile = Register.NONE;
    private List<Register> streams = List.of(Register.NONE, Register.NONE, Register.NONE);
    private int ownerUid;
    private int ownerGid;

    public PlanBuilder(PlanKind kind, Kernel kernel) {
        this.kind = kind;
        this.kernel = kernel;
    }

    /** Gives a descriptor to the plan, which closes it; one that is refused stays the caller's. */
    public Register pass(int fd) {
        if (fds.size() == FIRST_RESULT) {
            throw new IllegalArgumentException(
                    "the container needs more than %d descriptors; give it fewer mounts".formatted(FIRST_RESULT));
        }
        fds.add(fd);
        return new Register(fds.size() - 1);
    }

    /** Builds what {@code content} writes; when that fails, the descriptors that were passed are closed. */
    public Plan build(Runnable content) {
        try {
            content.run();
            return build();
        } catch (RuntimeException failure) {
            fds.forEach(kernel::close);
            fds.clear();
            throw failure;
        }
    }

    public Plan build() {
        byte[] area = data.finish();
        int dataAt = HEADER + OP * ops.size();
        ByteBuffer out = ByteBuffer.allocate(dataAt + area.length).order(ByteOrder.LITTLE_ENDIAN);
        header(out, dataAt, area.length);
        out.position(HEADER);
        ops.forEach(out::put);
        out.put(area);
        return new Plan(out.array(), List.copyOf(fds), List.copyOf(purposes), kernel);
    }

    private void header(ByteBuffer out, int dataAt, int dataLength) {
        out.putInt(MAGIC).putShort((short) VERSION).putShort((short) kind.number());
        out.putInt(dataAt + dataLength).putInt(ops.size()).putInt(dataAt).putInt(dataLength);
        out.putInt(fds.size()).putInt(stdio.bits()).putLong(cloneFlags);
        out.putInt(cgroup.index()).putInt(targetAt).putInt(logDir.index()).putInt(logNameAt);
        out.putInt(oomFile.index());
        streams.forEach(stream -> out.putInt(stream.index()));
        out.putInt(ownerUid)
                .putInt(ownerGid)
                .putInt(stdio.captureLimit())
                .putInt(24)
                .putInt(80);
    }

    // What the header says

    public PlanBuilder cloneFlags(long flags) {
        cloneFlags = flags;
        return this;
    }

    public PlanBuilder intoCgroup(Register directory) {
        cgroup = directory;
        return this;
    }

    /** The process of this shim whose pid namespace is entered; register {@link Register#TARGET} is its pidfd. */
    public PlanBuilder target(String id) {
        targetAt = data.string(id);
        return this;
    }

    public PlanBuilder stdio(Stdio value) {
        stdio = value;
        return this;
    }

    public PlanBuilder streams(Register stdin, Register stdout, Register stderr) {
        streams = List.of(stdin, stdout, stderr);
        return this;
    }

    public PlanBuilder log(Register directory, String name) {
        logDir = directory;
        logNameAt = data.string(name);
        return this;
    }

    public PlanBuilder oomFile(Register file) {
        oomFile = file;
        return this;
    }

    /** Who owns the child's ends of its pipes. */
    public PlanBuilder owner(int uid, int gid) {
        ownerUid = uid;
        ownerGid = gid;
        return this;
    }

    // Operations

    public void cgroup(Register procs) {
        add("joining the cgroup", Op.CGROUP, new Fields().a(procs));
    }

    public void unshare(long flags) {
        add("making the namespaces", Op.UNSHARE, new Fields().x(flags));
    }

    public void setns(String purpose, Register namespace, long flags) {
        add(purpose, Op.SETNS, new Fields().a(namespace).x(flags));
    }

    public void hostname(String name) {
        add("setting the hostname " + name, Op.HOSTNAME, new Fields().s1(data.string(name)));
    }

    public void loopback() {
        add("bringing lo up", Op.LOOPBACK, new Fields());
    }

    public Register newFs(String type, Map<String, String> options, long attributes) {
        List<String> pairs = new ArrayList<>();
        new TreeMap<>(options).forEach((key, value) -> {
            pairs.add(key);
            pairs.add(value);
        });
        Register result = result();
        Fields fields = new Fields().b(result).s1(data.string(type)).n(options.size());
        add(
                "making a " + type + " file system",
                Op.NEWFS,
                fields.s2(data.adjacent(pairs)).x(attributes));
        return result;
    }

    public void attach(Register root, long propagation) {
        add("attaching the root file system", Op.ATTACH, new Fields().a(root).n((int) propagation));
    }

    public void mkdir(Register dir, String path, int mode) {
        add(
                "making the directory " + path,
                Op.MKDIR,
                new Fields().a(dir).s1(data.string(path)).x(mode));
    }

    public void mkfile(Register dir, String path, int mode) {
        add(
                "making the file " + path,
                Op.MKFILE,
                new Fields().a(dir).s1(data.string(path)).x(mode));
    }

    public void move(Register mount, Register dir, String path, int flags) {
        Fields fields = new Fields().flags(flags).a(mount).b(dir).s1(data.string(path));
        add("mounting on " + (path.isEmpty() ? "a descriptor" : path), Op.MOVE, fields);
    }

    public Register clone(Register dir, String path, int flags) {
        Register result = result();
        Fields fields = new Fields().flags(flags).a(dir).b(result).s1(data.string(path));
        add("cloning the mount " + path, Op.CLONE, fields);
        return result;
    }

    public void setattr(String purpose, Register mount, long set, long propagation, int flags) {
        Fields fields = new Fields().flags(flags).a(mount).x(set).n((int) propagation);
        add(purpose, Op.SETATTR, fields);
    }

    /** A node with mode 0666 unless {@code mode} says otherwise, owned by {@code uid} and {@code gid}. */
    public void mknod(Register dir, String name, int mode, long device, long owner) {
        Fields fields =
                new Fields().a(dir).s1(data.string(name)).x(mode).y(device).z(owner);
        add("making the device " + name, Op.MKNOD, fields);
    }

    public void symlink(Register dir, String name, String to) {
        Fields fields = new Fields().a(dir).s1(data.string(name)).s2(data.string(to));
        add("making the symlink " + name, Op.SYMLINK, fields);
    }

    public void mask(Register root, String path, Register emptyDirectory, Register nullNode) {
        Fields fields =
                new Fields().a(root).b(emptyDirectory).n(nullNode.index()).s1(data.string(path));
        add("masking " + path, Op.MASK, fields);
    }

    public void pivot(Register root) {
        add("pivoting into the root file system", Op.PIVOT, new Fields().a(root));
    }

    public void cwd(String path, boolean create) {
        Fields fields = new Fields().flags(create ? Op.CREATE : 0).s1(data.string(path));
        add("going to the working directory " + path, Op.CWD, fields);
    }

    public void write(String purpose, Register dir, String path, String value, int flags) {
        Fields fields = new Fields().flags(flags).a(dir).s1(data.string(path)).s2(data.string(value));
        add(purpose, Op.WRITE, fields);
    }

    public void rlimit(int resource, long soft, long hard) {
        Fields fields = new Fields().flags(Op.BEST_EFFORT).n(resource).x(soft).y(hard);
        add("setting a resource limit", Op.RLIMIT, fields);
    }

    public void keyring() {
        add("joining a new session keyring", Op.KEYRING, new Fields());
    }

    public void bounding(long keep) {
        add("dropping capabilities from the bounding set", Op.BOUNDING, new Fields().x(keep));
    }

    public void noNewPrivs() {
        add("setting no_new_privs", Op.NO_NEW_PRIVS, new Fields());
    }

    public void seccomp(byte[] program, long flags) {
        Fields fields =
                new Fields().s1(data.aligned(program)).n(program.length / 8).x(flags);
        add("installing the seccomp filter", Op.SECCOMP, fields);
    }

    public void ids(int uid, int gid, List<Integer> groups) {
        int[] ids = groups.stream().mapToInt(Integer::intValue).toArray();
        Fields fields = new Fields().x(Integer.toUnsignedLong(uid)).y(Integer.toUnsignedLong(gid));
        add(
                "becoming user %s and group %s".formatted(Integer.toUnsignedString(uid), Integer.toUnsignedString(gid)),
                Op.IDS,
                fields.s1(data.ints(ids)).n(ids.length));
    }

    public void caps(long permitted, long ambient) {
        add("setting capabilities", Op.CAPS, new Fields().x(permitted).y(ambient));
    }

    public void umask(int mask) {
        add("setting the umask", Op.UMASK, new Fields().x(mask));
    }

    public void session() {
        add("making a session", Op.SESSION, new Fields());
    }

    public void pty(Register devpts, long owner) {
        add("opening a terminal", Op.PTY, new Fields().a(devpts).z(owner));
    }

    public void exec(List<String> arguments, List<String> environment, List<String> candidates) {
        Fields fields = new Fields()
                .n(arguments.size())
                .s1(data.offsets(arguments))
                .x(environment.size())
                .s2(data.offsets(environment))
                .y(candidates.size())
                .z(data.offsets(candidates));
        add("executing " + arguments.getFirst(), Op.EXEC, fields);
    }

    public void pause() {
        add("pausing", Op.PAUSE, new Fields());
    }

    public void close(Register register) {
        add("closing a descriptor", Op.CLOSE, new Fields().a(register));
    }

    public void affinity() {
        add("allowing every cpu", Op.AFFINITY, new Fields());
    }

    /** Opens a directory below the root of the moment: of a container, once its mount namespace was entered. */
    public Register open(String path) {
        Register result = result();
        add("opening " + path, Op.OPEN, new Fields().b(result).s1(data.string(path)));
        return result;
    }

    /**
     * Makes a user namespace and, as its root, namespaces that the process enters; it does not enter the user namespace.
     *
     * @param maps the text of uid_map, then of gid_map
     */
    public void userNamespace(Register proc, List<String> maps, long kinds) {
        Fields fields = new Fields().a(proc).s1(data.string(maps.getFirst())).s2(data.string(maps.getLast()));
        add("making the user namespace", Op.USERNS, fields.x(kinds));
    }

    /** What follows happens in a clone of the process, in new namespaces; the process itself ends. */
    public void fork(long kinds) {
        add("going on in new namespaces", Op.FORK, new Fields().x(kinds));
    }

    public void chdir(Register directory) {
        add("going to a descriptor", Op.CHDIR, new Fields().a(directory));
    }

    /** The working directory: after a change of mount namespaces the same place in the new one. */
    public Register here() {
        Register result = result();
        add("opening the working directory", Op.HERE, new Fields().b(result));
        return result;
    }

    /** Gives all that is made from here on to these ids. */
    public void fsids(int uid, int gid) {
        Fields fields = new Fields().x(Integer.toUnsignedLong(uid)).y(Integer.toUnsignedLong(gid));
        add("making files as the pod's root", Op.FSIDS, fields);
    }

    /** Gives the root of a mount an SELinux label. */
    public void label(Register mount, String label) {
        add("labelling a mount " + label, Op.LABEL, new Fields().a(mount).s1(data.string(label)));
    }

    private Register result() {
        if (nextResult == REGISTERS) {
            throw new IllegalArgumentException("the container needs more than %d mounts of its own; give it fewer"
                    .formatted(REGISTERS - FIRST_RESULT));
        }
        return new Register(nextResult++);
    }

    private void add(String purpose, Op op, Fields fields) {
        if (ops.size() == MAX_OPS) {
            throw new IllegalArgumentException(
                    "the container needs more than %d launch operations; give it fewer ".formatted(MAX_OPS)
                            + "mounts, masked or read-only paths");
        }
        ops.add(fields.encode(op));
        purposes.add(purpose);
    }
}
