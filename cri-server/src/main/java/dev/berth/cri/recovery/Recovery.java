package dev.berth.cri.recovery;

import dev.berth.cri.container.Container;
import dev.berth.cri.container.ContainerRecovery;
import dev.berth.cri.container.Containers;
import dev.berth.cri.pod.Pod;
import dev.berth.cri.pod.PodRecovery;
import dev.berth.cri.pod.Pods;
import dev.berth.runtime.shim.ProcessState;
import dev.berth.state.v1.ContainerRecord;
import dev.berth.state.v1.PodRecord;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What a start does before it serves pods: it adopts the shims that live, takes back what was half made, and sweeps what nobody
 * owns. One pod that cannot be recovered never blocks the rest.
 */
public final class Recovery {
    private static final Logger LOG = System.getLogger(Recovery.class.getName());

    private final Pods pods;
    private final Containers containers;
    private final PodRecovery podRecovery;
    private final ContainerRecovery containerRecovery;
    private final Sweep sweep;

    public Recovery(
            Pods pods,
            Containers containers,
            PodRecovery podRecovery,
            ContainerRecovery containerRecovery,
            Sweep sweep) {
        this.pods = pods;
        this.containers = containers;
        this.podRecovery = podRecovery;
        this.containerRecovery = containerRecovery;
        this.sweep = sweep;
    }

    /** @param containerRecords all records of containers, whose images are held already */
    public void run(List<ContainerRecord> containerRecords) throws InterruptedException {
        each(pods.store().load(), this::registerPod);
        each(containerRecords, this::registerContainer);
        each(List.copyOf(pods.all()), this::adopt);
        sweep.run();
        LOG.log(
                Level.INFO,
                "Recovered {0} pods with {1} containers.",
                pods.all().size(),
                containers.all().size());
    }

    private void registerPod(PodRecord record) throws InterruptedException {
        if (record.getPhase() == PodRecord.Phase.MAKING) {
            podRecovery.takeBack(record);
        } else {
            pods.add(new Pod(record));
        }
    }

    private void registerContainer(ContainerRecord record) throws InterruptedException {
        Pod pod = pods.find(record.getPodId());
        if (pod == null || record.getPhase() == ContainerRecord.Phase.MAKING) {
            containerRecovery.takeBack(new Container(new Pod(PodRecord.getDefaultInstance()), record));
        } else {
            containers.add(new Container(pod, record));
        }
    }

    private void adopt(Pod pod) throws InterruptedException {
        Map<String, ProcessState> processes = podRecovery.adopt(pod);
        for (Container container : pod.containerList()) {
            containerRecovery.settle(container, processes.get(container.id()));
        }
        podRecovery.settle(pod);
    }

    private interface Work<T> {
        void on(T item) throws InterruptedException;
    }

    /** All at once, and all of them, whatever fails. */
    private static <T> void each(List<T> items, Work<T> work) throws InterruptedException {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> running = new ArrayList<>();
            for (T item : items) {
                running.add(threads.submit(() -> {
                    work.on(item);
                    return true;
                }));
            }
            for (Future<?> one : running) {
                await(one);
            }
        }
    }

    private static void await(Future<?> one) throws InterruptedException {
        try {
            one.get();
        } catch (ExecutionException failure) {
            LOG.log(Level.ERROR, "Something could not be recovered; it is tried again at the next start", failure);
        }
    }
}
