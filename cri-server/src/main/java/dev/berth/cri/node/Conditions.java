package dev.berth.cri.node;

/** Knows whether pods can run now. Asked at every Status call, every few seconds, so the answers must be quick. */
public interface Conditions {
    /** Whether containers can be started. */
    Condition runtime();

    /** Whether pods get a network. */
    Condition network();

    /** Whether pods can have user namespaces; false while that is not known yet. */
    boolean userNamespaces();

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

            @Override
            public boolean userNamespaces() {
                return true;
            }
        };
    }
}
