package dev.berth.cri.container;

import dev.berth.cri.pod.Pod;
import dev.berth.cri.v1.ContainerState;
import dev.berth.state.v1.ContainerRecord;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A container that exists. The record is replaced as a whole and may be read at any time; whoever changes it holds {@link #lock}.
 * Lock order: the pod's lock before the container's.
 */
public final class Container {
    private final String id;
    private final Pod pod;
    private final ReentrantLock lock = new ReentrantLock();
    private final CompletableFuture<Void> exited = new CompletableFuture<>();
    private volatile ContainerRecord record;
    private volatile boolean killed;
    private volatile boolean removed;

    public Container(Pod pod, ContainerRecord record) {
        this.id = record.getId();
        this.pod = pod;
        this.record = record;
        if (record.getPhase() == ContainerRecord.Phase.EXITED) {
            exited.complete(null);
        }
    }

    public String id() {
        return id;
    }

    public Pod pod() {
        return pod;
    }

    public ReentrantLock lock() {
        return lock;
    }

    public ContainerRecord record() {
        return record;
    }

    void record(ContainerRecord replacement) {
        record = replacement;
        if (replacement.getPhase() == ContainerRecord.Phase.EXITED) {
            exited.complete(null);
        }
    }

    public boolean running() {
        return record.getPhase() == ContainerRecord.Phase.RUNNING;
    }

    /** Waits until the container's end is recorded; false when it takes longer. */
    boolean awaitExit(long nanos) throws InterruptedException {
        try {
            exited.get(nanos, TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException _) {
            return false;
        } catch (ExecutionException impossible) {
            throw new IllegalStateException("the end of a container is never a failure", impossible);
        }
    }

    /** Completed when the container's end is recorded. */
    CompletableFuture<Void> exited() {
        return exited;
    }

    /** Whether a kill has begun, after which no exec may start. */
    boolean killed() {
        return killed;
    }

    void markKilled() {
        killed = true;
    }

    /** Whether the container was removed: whoever waited for its lock meanwhile must leave it alone. */
    boolean removed() {
        return removed;
    }

    void markRemoved() {
        removed = true;
    }

    /** Whether it runs, told once a start that is under way has ended one way or the other. */
    boolean runningAfterStart() {
        lock.lock();
        try {
            return running();
        } finally {
            lock.unlock();
        }
    }

    /** Whether the container, its pod and its labels are those of a filter; empty ones match all. */
    public boolean matches(String idPrefix, String podPrefix, Map<String, String> labels) {
        return id.startsWith(idPrefix)
                && pod.id().startsWith(podPrefix)
                && record.getConfig().getLabelsMap().entrySet().containsAll(labels.entrySet());
    }

    public ContainerState state() {
        return state(record);
    }

    /** The state that a record shows: whoever shows more of the record than this must take both from the same one. */
    static ContainerState state(ContainerRecord record) {
        return switch (record.getPhase()) {
            case MAKING, CREATED, STARTING -> ContainerState.CONTAINER_CREATED;
            case RUNNING -> ContainerState.CONTAINER_RUNNING;
            case EXITED -> ContainerState.CONTAINER_EXITED;
            case UNRECOGNIZED -> ContainerState.CONTAINER_UNKNOWN;
        };
    }
}
