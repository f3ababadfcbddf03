package dev.berth.cri.command;

import dev.berth.cri.config.EffectiveConfig;
import dev.berth.cri.node.Node;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code berth serve}: answers the CRI until a signal comes. */
@Command(
        name = "serve",
        description = "Serves the Container Runtime Interface until SIGTERM or SIGINT; pods run on.",
        mixinStandardHelpOptions = true)
final class Serve implements Callable<Integer> {
    private final Node.Factory factory;

    @Mixin
    private ConfigOptions options = new ConfigOptions();

    Serve(Node.Factory factory) {
        this.factory = factory;
    }

    @Override
    public Integer call() throws Exception {
        EffectiveConfig config = options.load();
        Logging.start(config.config().logLevel(), System.err);
        try (Daemon daemon = Daemon.start(config, factory)) {
            Thread stopper = new Thread(() -> stop(daemon), "stop");
            Runtime.getRuntime().addShutdownHook(stopper);
            daemon.bringUp();
            daemon.awaitStop();
        }
        return 0;
    }

    /** Runs when a signal ends the JVM, which otherwise would report the signal and not that all went well. */
    private static void stop(Daemon daemon) {
        if (daemon.stop()) {
            Runtime.getRuntime().halt(0);
        }
    }
}
