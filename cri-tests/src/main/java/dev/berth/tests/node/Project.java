package dev.berth.tests.node;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where the files of this project lie. */
public final class Project {
    private Project() {}

    /** The folder that holds the berth command. */
    public static Path root() {
        Path here = Path.of("").toAbsolutePath();
        while (!Files.exists(here.resolve("cri-tests/pom.xml"))) {
            Path parent = here.getParent();
            if (parent == null) {
                throw new IllegalStateException("The folder %s is not inside the project"
                        .formatted(Path.of("").toAbsolutePath()));
            }
            here = parent;
        }
        return here;
    }

    /** Where test runs put their files. */
    public static Path target() {
        return root().resolve("cri-tests/target");
    }

    /** The command under test. */
    public static Path berth() {
        return root().resolve("berth");
    }

    /** A busybox that cri-tests/prepare fetched: `busybox` is dynamic, `busybox-static` is not. */
    public static Path busybox(String debianPackage) {
        Path busybox = target().resolve("debian").resolve(debianPackage).resolve("bin/busybox");
        if (!Files.exists(busybox)) {
            throw new IllegalStateException(
                    "There is no %s; run cri-tests/prepare, which fetches it from Debian".formatted(busybox));
        }
        return busybox;
    }
}
