package dev.berth.runtime.cni;

import org.jspecify.annotations.Nullable;

/** A network operation that did not succeed; the message says which plugin was asked for what and what went wrong. */
public final class CniFailure extends RuntimeException {
    /** What went wrong. */
    public enum Kind {
        /** The configuration, or a value for a plugin, is not valid. */
        CONFIG,
        /** A plugin that the configuration names is not on this node, or cannot be started. */
        PLUGIN_MISSING,
        /** A plugin ended with an error. */
        PLUGIN_FAILED,
        /** A plugin did not end in time and was killed. */
        TIMED_OUT,
        /** A plugin's answer is not what CNI prescribes. */
        BAD_ANSWER
    }

    private final Kind kind;
    private final int code;

    CniFailure(Kind kind, String message, int code, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.code = code;
    }

    static CniFailure of(Kind kind, String message) {
        return new CniFailure(kind, message, 0, null);
    }

    public Kind kind() {
        return kind;
    }

    /** The plugin's own error code: 11 asks to try again later, 50 and 51 say that it is not ready; 0 when there is none. */
    public int code() {
        return code;
    }

    /** The message, always present. */
    public String sentence() {
        String message = getMessage();
        return message == null ? kind.name() : message;
    }
}
