package dev.berth.cri.node;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/**
 * What was built.
 *
 * @param version of Berth, for example {@code 0.1.0}
 */
public record Build(String version) {
    /** The build that this class is part of. */
    public static Build current() {
        try (InputStream in = Build.class.getResourceAsStream("build.properties")) {
            if (in == null) {
                throw new IllegalStateException("build.properties is missing from the jar of Berth");
            }
            Properties properties = new Properties();
            properties.load(in);
            return new Build(properties.getProperty("version"));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
