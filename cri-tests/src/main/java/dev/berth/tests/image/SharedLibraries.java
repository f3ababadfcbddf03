package dev.berth.tests.image;

import dev.berth.tests.node.Command;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The libraries that a program of this machine loads, as ldd names them. */
final class SharedLibraries {
    private static final Pattern LOADED = Pattern.compile("(/\\S+)\\s+\\(0x");

    private SharedLibraries() {}

    static List<Path> of(Path program) throws IOException, InterruptedException {
        return parse(Command.run("ldd", program.toString()).output());
    }

    static List<Path> parse(String ldd) {
        Matcher matcher = LOADED.matcher(ldd);
        return matcher.results().map(found -> Path.of(found.group(1))).toList();
    }
}
