package dev.berth.tests.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A CNI network of bridge, host-local and portmap in the world of a test.
 *
 * @param bridge the name of its link
 * @param leases the folder of the addresses that are taken
 */
public record BridgeNetwork(String bridge, Path leases) {

    /** Writes its conflist into the node's folder. */
    public static BridgeNetwork configure(NodeFolders folders, String bridge) throws IOException {
        Path leases = folders.folder().resolve("leases");
        Files.writeString(folders.cniConfig().resolve("10-test.conflist"), """
                {"cniVersion": "1.0.0", "name": "test", "plugins": [
                  {"type": "bridge", "bridge": "%s", "isGateway": true, "ipMasq": true, "hairpinMode": true,
                   "ipam": {"type": "host-local", "dataDir": "%s", "ranges": [[{"subnet": "10.231.0.0/16"}]],
                            "routes": [{"dst": "0.0.0.0/0"}]}},
                  {"type": "portmap", "capabilities": {"portMappings": true}}]}
                """.formatted(bridge, leases));
        return new BridgeNetwork(bridge, leases);
    }

    /** Deletes the link, which the plugin leaves behind by design. */
    public void delete() throws IOException, InterruptedException {
        Command.run("ip", "link", "delete", bridge);
    }
}
