package dev.berth.cri.command;

import java.util.logging.LogManager;

/**
 * The JDK's own, which keeps its handlers while the JVM shuts down: the JDK resets them in a shutdown hook that runs beside
 * Berth's, so that what is said about the end would be lost now and then.
 */
public final class LastingLogManager extends LogManager {
    private static final String PROPERTY = "java.util.logging.manager";

    /** Has effect before anything was logged. */
    static void install() {
        System.setProperty(PROPERTY, LastingLogManager.class.getName());
    }

    @Override
    public void reset() {
        // Handlers stay.
    }
}
