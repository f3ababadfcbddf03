package dev.berth.runtime.plan;

/** What a plan makes. */
public enum PlanKind {
    /** A pod's namespaces, made by its shim around itself. */
    POD(0),
    /** The first process of a container. */
    INIT(1),
    /** A further process in a container. */
    EXEC(2),
    /** A program of the node. */
    RUN(3),
    /** The reaper that is process 1 of a shared pid namespace. */
    PAUSE(4),
    /** An OCI runtime that makes the first process of a container and leaves it behind. */
    CREATE(5);

    private final int number;

    PlanKind(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }
}
