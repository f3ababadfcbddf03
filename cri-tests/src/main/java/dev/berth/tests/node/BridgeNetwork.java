package dev.berth.tests.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;

/**
 * A CNI network of bridge, host-local and portmap in the world of a test.
 *
 * @param bridge the name of its link
 * @param leases the folder of the addresses that are taken
 * @param subnet the second number of its addresses
 */
public record BridgeNetwork(String bridge, Path leases, int subnet) {
    private static final int FIRST_SUBNET = 200;

    /** Those of the networks of this world that live at the same time: two in one subnet would not reach their pods. */
    private static final BitSet TAKEN = new BitSet();

    /** Writes its conflist into the node's folder. */
    public static BridgeNetwork configure(NodeFolders folders, String bridge) throws IOException {
        BridgeNetwork network = new BridgeNetwork(bridge, folders.folder().resolve("leases"), takeSubnet());
        Files.writeString(folders.cniConfig().resolve("10-test.conflist"), """
                {"cniVersion": "1.0.0", "name": "test", "plugins": [
                  {"type": "bridge", "bridge": "%s", "isGateway": true, "ipMasq": true, "hairpinMode": true,
                   "ipam": {"type": "host-local", "dataDir": "%s", "ranges": [[{"subnet": "10.%d.0.0/16"}]],
                            "routes": [{"dst": "0.0.0.0/0"}]}},
                  {"type": "portmap", "capabilities": {"portMappings": true}}]}
                """.formatted(
                        bridge, network.leases(), network.subnet()));
        return network;
    }

    private static int takeSubnet() {
        synchronized (TAKEN) {
            int free = TAKEN.nextClearBit(FIRST_SUBNET);
            TAKEN.set(free);
            return free;
        }
    }

    /** Deletes the link, which the plugin leaves behind by design. */
    public void delete() throws IOException, InterruptedException {
        Command.run("ip", "link", "delete", bridge);
        synchronized (TAKEN) {
            TAKEN.clear(subnet);
        }
    }
}
