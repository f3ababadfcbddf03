package dev.berth.cri.node;

/** Knows whether pods can run now. Asked at every Status call, every few seconds, so the answers must be quick. */
public interface Conditions {
    /** Whether containers can be started. */
    Condition runtime();

    /** Whether pods get a network. */
    Condition network();

    /** Nothing is missing. */
    static Conditions met() {
        return new Conditions() {
            @Override
            public Condition runtime() {
                return Condition.met();
            }

            @Override
            public Condition network() {
                return Condition.met();
            }
        };
    }
}
