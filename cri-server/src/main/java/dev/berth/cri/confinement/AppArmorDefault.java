package dev.berth.cri.confinement;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** Loads the profile that containers get by default. The kernel takes compiled profiles only, and apparmor_parser compiles. */
public final class AppArmorDefault {
    private static final Logger LOG = System.getLogger(AppArmorDefault.class.getName());
    private static final String FILE = "berth-default.apparmor";
    private static final long PATIENCE_SECONDS = 30;
    private static final int LONGEST_COMPLAINT = 2000;

    private AppArmorDefault() {}

    /**
     * Loads it where the kernel has AppArmor, replacing one of an earlier version; what goes wrong is logged. Waits only when there is
     * none yet: a container keeps for its life the profile that there was when it was created.
     */
    public static void load() {
        AppArmor node = AppArmor.ofThisNode();
        if (node.loaded(AppArmor.DEFAULT)) {
            Thread.ofVirtual().name("berth-apparmor").start(AppArmorDefault::compileAndLoad);
        } else if (node.enabled()) {
            compileAndLoad();
        }
    }

    private static void compileAndLoad() {
        try {
            load("apparmor_parser");
        } catch (IOException failure) {
            LOG.log(
                    Level.WARNING,
                    "the AppArmor profile {0} was not loaded, so containers run without it: {1}",
                    AppArmor.DEFAULT,
                    failure.getMessage());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** The text of the profile. */
    static byte[] text() {
        try (InputStream in = AppArmorDefault.class.getResourceAsStream(FILE)) {
            if (in == null) {
                throw new IllegalStateException(FILE + " is missing from the jar");
            }
            return in.readAllBytes();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static void load(String parser) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(parser, "--replace", "--skip-cache", "--quiet")
                .redirectErrorStream(true)
                .start();
        try (OutputStream in = process.getOutputStream()) {
            in.write(text());
        }
        byte[] complaint = process.getInputStream().readNBytes(LONGEST_COMPLAINT);
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("%s did not end within %d s".formatted(parser, PATIENCE_SECONDS));
        }
        if (process.exitValue() != 0) {
            throw new IOException("%s ended with %d: %s"
                    .formatted(parser, process.exitValue(), new String(complaint, StandardCharsets.UTF_8).strip()));
        }
    }
}
