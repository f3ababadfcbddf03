package dev.berth.tests.clients;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.berth.cri.v1.ListContainersRequest;
import dev.berth.tests.apiserver.ApiServer;
import dev.berth.tests.node.Command;
import dev.berth.tests.node.TestNode;
import dev.berth.tests.world.NodeExtension;
import java.io.IOException;
import java.nio.file.Path;

/** A node with a Berth and the real kubelet on it. */
record KubeletNode(TestNode node, Kubelet kubelet) {
    private static final int PATIENCE_SECONDS = 180;

    /**
     * Starts both; skips the test where there is no kubelet or no world of its own.
     *
     * @param bridge the name of the bridge of its pod network
     * @param folder where the kubelet's files go
     * @param gates feature gates of the kubelet that are on
     */
    static KubeletNode start(String bridge, Path folder, String... gates) throws Exception {
        return start(bridge, socket -> Kubelet.start(folder.resolve("kubelet"), socket, gates));
    }

    /** As {@link #start}, with a kubelet that serves this API server. */
    static KubeletNode join(String bridge, Path folder, ApiServer server) throws Exception {
        return start(bridge, socket -> Kubelet.join(folder.resolve("kubelet"), socket, server));
    }

    /** Starts a kubelet on a server's socket. */
    private interface KubeletStart {
        Kubelet on(Path socket) throws IOException, InterruptedException;
    }

    private static KubeletNode start(String bridge, KubeletStart kubelet) throws Exception {
        assumeTrue(Command.find("kubelet").isPresent(), "kubelet is not on PATH");
        assumeTrue(NodeExtension.isAllowed(), NodeExtension.NEEDS_WORLD);
        TestNode node = TestNode.start(bridge);
        try {
            return new KubeletNode(node, kubelet.on(node.client().socket()));
        } catch (IOException e) {
            node.close();
            throw e;
        }
    }

    /** Waits until the kubelet has removed the pods whose manifests are gone, then ends both. */
    void end() throws Exception {
        try (TestNode _ = node;
                Kubelet _ = kubelet) {
            awaitNothing();
        }
    }

    /** The kubelet's garbage collection comes round once a minute. */
    private void awaitNothing() throws Exception {
        for (int i = 0; i < 2 * PATIENCE_SECONDS; i++) {
            int containers = node.client()
                    .runtime()
                    .listContainers(ListContainersRequest.getDefaultInstance())
                    .getContainersCount();
            if (containers == 0 && node.pods().list().isEmpty()) {
                return;
            }
            Thread.sleep(500);
        }
        throw new AssertionError("These pods are left: " + node.pods().list());
    }
}
