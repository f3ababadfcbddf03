package dev.berth.cri.pod;

import dev.berth.cri.container.Container;
import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.v1.NamespaceMode;
import dev.berth.cri.v1.NamespaceOption;
import dev.berth.runtime.launch.IdMap;
import dev.berth.runtime.shim.Shim;
import dev.berth.state.v1.PodRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A pod sandbox that exists. The record is replaced as a whole and may be read at any time; whoever changes it, or the set of its
 * containers, holds {@link #lock}.
 */
public final class Pod {
    /** The id of the pause process in the shim. */
    public static final String PAUSE = "pause";

    private static final int SHORT_ID = 12;
    private static final Path NODE_HOSTNAME = Path.of("/proc/sys/kernel/hostname");

    private final String id;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Container> containers = new ConcurrentHashMap<>();
    private volatile PodRecord record;
    private volatile @Nullable Shim shim;

    public Pod(PodRecord record) {
        this.id = record.getId();
        this.record = record;
    }

    public String id() {
        return id;
    }

    public ReentrantLock lock() {
        return lock;
    }

    public PodRecord record() {
        return record;
    }

    void record(PodRecord replacement) {
        record = replacement;
    }

    public boolean ready() {
        return record.getPhase() == PodRecord.Phase.READY;
    }

    /** The containers by id, in no order. */
    public Map<String, Container> containers() {
        return containers;
    }

    public List<Container> containerList() {
        return List.copyOf(containers.values());
    }

    /** @throws CriFailure STATE when the pod has no shim (any more) */
    public Shim shim() {
        Shim present = shim;
        if (present == null) {
            throw CriFailure.state("the pod sandbox %s is not running; make a new one".formatted(id));
        }
        return present;
    }

    @Nullable
    Shim shimOrNull() {
        return shim;
    }

    void shim(@Nullable Shim connected) {
        shim = connected;
    }

    /** Whether the pod and its labels are those of a filter; empty ones match all. */
    public boolean matches(String idPrefix, Map<String, String> labels) {
        return id.startsWith(idPrefix)
                && record.getConfig().getLabelsMap().entrySet().containsAll(labels.entrySet());
    }

    public NamespaceOption namespaces() {
        return record.getConfig().getLinux().getSecurityContext().getNamespaceOptions();
    }

    /** The hostname that its containers see: the node's on the node's network, else the one asked for or the beginning of the id. */
    public String hostname() {
        if (hostNetwork()) {
            return nodeHostname();
        }
        String asked = record.getConfig().getHostname();
        return asked.isEmpty() ? id.substring(0, SHORT_ID) : asked;
    }

    private static String nodeHostname() {
        try {
            return Files.readString(NODE_HOSTNAME).strip();
        } catch (IOException failure) {
            throw new UncheckedIOException("the node's hostname could not be read", failure);
        }
    }

    /** Where the ids of its user namespace lie among the node's. */
    public IdMap ids() {
        return PodUserNamespace.of(namespaces());
    }

    public boolean hostNetwork() {
        return namespaces().getNetwork() == NamespaceMode.NODE;
    }

    public boolean hostIpc() {
        return namespaces().getIpc() == NamespaceMode.NODE;
    }

    /** Whether the pod itself shares one pid namespace among its containers. */
    boolean sharesPid() {
        return namespaces().getPid() == NamespaceMode.POD;
    }
}
