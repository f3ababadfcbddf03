package dev.berth.cri.command;

import java.util.logging.LogManager;

/**
 * The JDK's own, which keeps its handlers while the JVM shuts down: the JDK resets them in a shutdown hook that runs beside
 * Berth's, so that what is said about the end would be lost now and then.
 */
public final class LastingLogManager extends LogManager {
    /** The system property that names it, which must be set before anything touches this class: that makes the JDK choose. */
    static final String PROPERTY = "java.util.logging.manager";

    @Override
    public void reset() {
        // Handlers stay.
    }
}
