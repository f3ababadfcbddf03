package dev.berth.runtime.cgroup;

import org.jspecify.annotations.Nullable;

/** A cgroup request that cannot be granted; the message says what was asked and what is wrong. */
public final class CgroupFailure extends RuntimeException {
    /** Who has to change something. */
    public enum Kind {
        /** The request asks for what this node or this cgroup cannot give. */
        INVALID,
        /** The kernel refused what should have worked. */
        KERNEL
    }

    private final Kind kind;

    public CgroupFailure(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    static CgroupFailure invalid(String message) {
        return new CgroupFailure(Kind.INVALID, message, null);
    }

    static CgroupFailure kernel(String message, @Nullable Throwable cause) {
        return new CgroupFailure(Kind.KERNEL, message, cause);
    }

    public Kind kind() {
        return kind;
    }
}
