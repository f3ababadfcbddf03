package dev.berth.runtime.plan;

/** A place in a plan that holds a descriptor while the plan runs. */
public record Register(int index) {
    public static final Register NONE = new Register(-1);
    /** The pidfd of the process that the plan's target names. */
    public static final Register TARGET = new Register(-2);
}
