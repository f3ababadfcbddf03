package dev.berth.runtime.kernel;

/** bpf(2) for device access of cgroups: load a program, attach it, let the attachment keep it alive. */
final class DevicePrograms {
    private static final int BPF_PROG_LOAD = 5;
    private static final int BPF_PROG_ATTACH = 8;
    private static final int BPF_PROG_TYPE_CGROUP_DEVICE = 15;
    private static final int BPF_CGROUP_DEVICE = 6;
    private static final int BPF_F_ALLOW_MULTI = 2;
    private static final int INSTRUCTION = 8;

    private final Syscalls syscalls;

    DevicePrograms(Syscalls syscalls) {
        this.syscalls = syscalls;
    }

    void attach(Kernel kernel, int cgroup, byte[] instructions) {
        int program = load(instructions);
        try (Scratch scratch = syscalls.scratch()) {
            long attr = scratch.room(32);
            scratch.putInt(attr, cgroup);
            scratch.putInt(attr + 4, program);
            scratch.putInt(attr + 8, BPF_CGROUP_DEVICE);
            scratch.putInt(attr + 12, BPF_F_ALLOW_MULTI);
            syscalls.check(Call.BPF, () -> "BPF_PROG_ATTACH, BPF_CGROUP_DEVICE", BPF_PROG_ATTACH, attr, 32);
        } finally {
            kernel.close(program);
        }
    }

    private int load(byte[] instructions) {
        try (Scratch scratch = syscalls.scratch()) {
            long attr = scratch.room(128);
            scratch.putInt(attr, BPF_PROG_TYPE_CGROUP_DEVICE);
            scratch.putInt(attr + 4, instructions.length / INSTRUCTION);
            scratch.putLong(attr + 8, scratch.bytes(instructions, 0, instructions.length));
            scratch.putLong(attr + 16, scratch.name("Apache-2.0"));
            return (int) syscalls.check(Call.BPF, () -> "BPF_PROG_LOAD, CGROUP_DEVICE", BPF_PROG_LOAD, attr, 128);
        }
    }
}
