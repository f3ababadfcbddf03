package dev.berth.runtime.seccomp;

/**
 * A condition on one argument of a system call. All comparisons are unsigned.
 *
 * @param index which argument, 0 to 5
 * @param value what it is compared with; the mask for {@link Operator#MASKED_EQ}
 * @param valueTwo what the masked argument equals once it is masked itself, for {@link Operator#MASKED_EQ} alone
 */
record ArgumentCondition(int index, Operator operator, long value, long valueTwo) {
    /** How argument and value are compared. */
    enum Operator {
        NE,
        LT,
        LE,
        EQ,
        GE,
        GT,
        MASKED_EQ;

        private static final String PREFIX = "SCMP_CMP_";

        static Operator parse(String name) {
            for (Operator operator : values()) {
                if (name.equals(PREFIX + operator.name())) {
                    return operator;
                }
            }
            throw new IllegalArgumentException(
                    "seccomp operator \"%s\" is not known; it must be SCMP_CMP_NE, _LT, _LE, _EQ, _GE, _GT or _MASKED_EQ"
                            .formatted(name));
        }
    }

    /** The same condition for callers whose arguments have 32 bits. */
    ArgumentCondition narrow() {
        return new ArgumentCondition(index, operator, value & 0xFFFF_FFFFL, valueTwo & 0xFFFF_FFFFL);
    }
}
