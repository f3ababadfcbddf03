package dev.berth.tests.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A CNI network of bridge, host-local and portmap in the world of a test.
 *
 * @param bridge the name of its link
 * @param leases the folder of the addresses that are taken
 */
public record BridgeNetwork(String bridge, Path leases) {
    /** Networks of one world live at the same time, so each has another subnet. */
    private static final AtomicInteger COUNT = new AtomicInteger();

    private static final int FIRST_SUBNET = 200;
    private static final int SUBNETS = 30;

    /** Writes its conflist into the node's folder. */
    public static BridgeNetwork configure(NodeFolders folders, String bridge) throws IOException {
        Path leases = folders.folder().resolve("leases");
        Files.writeString(folders.cniConfig().resolve("10-test.conflist"), """
                {"cniVersion": "1.0.0", "name": "test", "plugins": [
                  {"type": "bridge", "bridge": "%s", "isGateway": true, "ipMasq": true, "hairpinMode": true,
                   "ipam": {"type": "host-local", "dataDir": "%s", "ranges": [[{"subnet": "10.%d.0.0/16"}]],
                            "routes": [{"dst": "0.0.0.0/0"}]}},
                  {"type": "portmap", "capabilities": {"portMappings": true}}]}
                """.formatted(
                        bridge, leases, FIRST_SUBNET + COUNT.getAndIncrement() % SUBNETS));
        return new BridgeNetwork(bridge, leases);
    }

    /** Deletes the link, which the plugin leaves behind by design. */
    public void delete() throws IOException, InterruptedException {
        Command.run("ip", "link", "delete", bridge);
    }
}
