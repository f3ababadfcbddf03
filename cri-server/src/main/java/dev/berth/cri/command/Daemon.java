package dev.berth.cri.command;

import dev.berth.cri.config.Address;
import dev.berth.cri.config.BerthConfig;
import dev.berth.cri.config.EffectiveConfig;
import dev.berth.cri.metrics.JvmReadings;
import dev.berth.cri.metrics.Metrics;
import dev.berth.cri.metrics.MetricsPage;
import dev.berth.cri.node.Build;
import dev.berth.cri.node.Node;
import dev.berth.cri.server.RpcServer;
import dev.berth.cri.server.SocketPath;
import dev.berth.cri.server.StateLock;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A running server with all that belongs to it. The order of its life: lock, node, socket, and only then what is slow; it goes
 * down in the opposite order.
 */
public final class Daemon implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("dev.berth.cri.command");

    /** Something that is let go of when the daemon stops. */
    private interface Part {
        void close() throws IOException, InterruptedException;
    }

    private final BerthConfig config;
    private final Metrics metrics;
    private final Node node;
    private final Deque<Part> parts = new ArrayDeque<>();
    private final AtomicBoolean stopping = new AtomicBoolean();
    private final CountDownLatch stopped = new CountDownLatch(1);

    private Daemon(BerthConfig config, Metrics metrics, Node node) {
        this.config = config;
        this.metrics = metrics;
        this.node = node;
    }

    /**
     * Takes the state directory and listens.
     *
     * @throws dev.berth.cri.server.AlreadyServing when another process has the directory or the socket
     */
    public static Daemon start(EffectiveConfig effective, Node.Factory factory) throws IOException {
        BerthConfig config = effective.config();
        StateLock lock = StateLock.take(config.state());
        try {
            Metrics metrics = new Metrics();
            Daemon daemon = new Daemon(config, metrics, factory.make(effective, metrics));
            daemon.keep(lock::close);
            daemon.keep(metrics::close);
            daemon.keep(daemon.node::close);
            daemon.listen();
            return daemon;
        } catch (IOException | RuntimeException failure) {
            lock.close();
            throw failure;
        }
    }

    /** Brings up what a first answer does not need: the node's pods, the metrics. */
    public void bringUp() throws IOException, InterruptedException {
        LOG.log(
                System.Logger.Level.INFO,
                "Berth {0} serves unix://{1}.",
                Build.current().version(),
                config.socket());
        node.start();
        node.readings().forEach(metrics::gauge);
        metrics.build(Build.current().version(), Runtime.version().toString());
        JvmReadings readings = JvmReadings.bind(metrics);
        keep(readings::close);
        if (config.metrics().isPresent()) {
            openPage(config.metrics().get());
        }
    }

    /** Waits until the daemon has stopped. */
    public void awaitStop() throws InterruptedException {
        stopped.await();
    }

    /**
     * Stops, once; a second call returns at once.
     *
     * @return whether this call stopped it
     */
    public boolean stop() {
        if (!stopping.compareAndSet(false, true)) {
            return false;
        }
        LOG.log(System.Logger.Level.INFO, "Stopping; pods run on.");
        closeParts();
        stopped.countDown();
        return true;
    }

    @Override
    public void close() {
        stop();
    }

    private void listen() throws IOException {
        RpcServer server = RpcServer.start(new SocketPath(config.socket()), node.rpcs(), metrics);
        keep(() -> {
            if (!server.stop(config.timeouts().stop())) {
                LOG.log(System.Logger.Level.WARNING, "Calls that did not end in time were cancelled.");
            }
        });
    }

    private void openPage(Address address) {
        try {
            MetricsPage page = MetricsPage.start(metrics, address.resolve());
            keep(page::close);
            Address listening = new Address(address.host(), page.address().getPort());
            LOG.log(System.Logger.Level.INFO, "Metrics are at http://{0}/metrics.", listening);
        } catch (IOException failure) {
            // Pods matter more than their numbers.
            LOG.log(
                    System.Logger.Level.WARNING,
                    "No metrics: cannot listen on {0}: {1}.",
                    address,
                    failure.getMessage());
        }
    }

    private synchronized void keep(Part part) {
        parts.push(part);
    }

    private synchronized void closeParts() {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (IOException | RuntimeException failure) {
                LOG.log(System.Logger.Level.WARNING, "While stopping", failure);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
