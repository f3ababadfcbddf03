package dev.berth.runtime.shim;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.berth.runtime.kernel.Kernel;
import java.nio.file.Files;
import java.nio.file.Path;

/** A real helper, built from the sources, and the reactor that hears it. */
record LiveHelper(Reactor reactor, Helper helper) implements AutoCloseable {
    private static final Path SOURCES = Path.of("src/main/c").toAbsolutePath();
    private static final Path BINARY = Path.of("target/shim/berth-shim").toAbsolutePath();

    static LiveHelper start(Kernel kernel, Path state) throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/musl-gcc")), "no musl-gcc to build the shim with");
        assumeTrue(Files.isExecutable(Path.of("/bin/busybox")), "no /bin/busybox to run in containers");
        Process make = new ProcessBuilder(
                        "make", "-C", SOURCES.toString(), "OUT=" + BINARY.getParent(), BINARY.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(make.getInputStream().readAllBytes(), UTF_8);
        assertEquals(0, make.waitFor(), output);
        Reactor reactor = new Reactor(kernel);
        return new LiveHelper(reactor, Helper.start(reactor, BINARY, state));
    }

    @Override
    public void close() {
        helper.close();
        reactor.close();
    }
}
