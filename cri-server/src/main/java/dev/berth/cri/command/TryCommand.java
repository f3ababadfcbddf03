package dev.berth.cri.command;

import dev.berth.cri.demo.CriConnection;
import dev.berth.cri.demo.Tour;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** `berth try`: runs one pod on a server that runs already and shows what became of it. */
@Command(
        name = "try",
        mixinStandardHelpOptions = true,
        description = "Runs one pod on a running server and shows its log, an exec, its limits and its namespaces.")
public final class TryCommand implements Callable<Integer> {
    /** The image that ./quickstart imports. */
    static final String OWN_IMAGE = "berth.local/try/busybox:1";

    private static final List<String> OWN_COMMAND =
            List.of("/bin/sh", "-c", "echo \"Ahoy from $(hostname), process $$\"; exec sleep 3600");

    @Option(names = "--socket", description = "the CRI socket (default: ${DEFAULT-VALUE})")
    private Path socket = Path.of("/run/berth/berth.sock");

    @Option(names = "--image", description = "an image to run with its own command; pulled when absent")
    private String image = OWN_IMAGE;

    @Option(names = "--host-network", description = "share the node's network instead of asking CNI for one")
    private boolean hostNetwork;

    @Option(names = "--times", description = "run that many pods one after another (default: ${DEFAULT-VALUE})")
    private int times = 1;

    @Option(names = "--metrics-address", description = "where this server's metrics are (default: ${DEFAULT-VALUE})")
    private String metrics = "127.0.0.1:9640";

    @Override
    public Integer call() throws Exception {
        try (CriConnection cri = new CriConnection(socket)) {
            Tour tour = new Tour(cri, System.out);
            List<String> command = image.equals(OWN_IMAGE) ? OWN_COMMAND : List.of();
            for (int i = 0; i < times; i++) {
                tour.run(image, command, hostNetwork);
            }
        } catch (StatusRuntimeException e) {
            System.err.printf(
                    "The server at %s answered %s: %s%n",
                    socket, e.getStatus().getCode(), e.getStatus().getDescription());
            return 1;
        }
        System.out.printf("""

                Where to point others:
                    kubelet      containerRuntimeEndpoint: unix://%1$s     (deploy/kubelet/config.yaml)
                    crictl       crictl --runtime-endpoint unix://%1$s     (deploy/crictl.yaml)
                    Prometheus   http://%2$s/metrics     (deploy/prometheus/prometheus.yml)
                """, socket, metrics);
        return 0;
    }
}
