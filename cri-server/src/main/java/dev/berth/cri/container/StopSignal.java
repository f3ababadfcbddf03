package dev.berth.cri.container;

import dev.berth.cri.v1.ContainerConfig;
import dev.berth.cri.v1.Signal;
import dev.berth.image.manifest.ImageConfig;
import dev.berth.runtime.signal.Signals;

/** The signal that asks a container to stop: the request's, else the image's, else SIGTERM. */
final class StopSignal {
    private static final String PREFIX = "SIGNAL_";

    private StopSignal() {}

    static int number(ContainerConfig config, ImageConfig image) {
        if (config.getStopSignal() != Signal.SIGNAL_RUNTIME_DEFAULT && config.getStopSignal() != Signal.UNRECOGNIZED) {
            return Signals.number(config.getStopSignal().name().substring(PREFIX.length()));
        }
        return image.stopSignal().isEmpty() ? Signals.number("SIGTERM") : Signals.number(image.stopSignal());
    }
}
