package dev.berth.cri.command;

import java.io.Console;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code berth image import}. */
@Command(
        name = "import",
        description = "Imports an OCI layout or a docker archive; a berth that serves sees it at once.",
        mixinStandardHelpOptions = true)
final class ImageImport implements Callable<Integer> {
    private final ImageTool.Opener opener;

    @Mixin
    private ConfigOptions options = new ConfigOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "FILE|DIR", description = "The archive or layout.")
    private Path source = Path.of("");

    @Option(names = "--name", paramLabel = "REF", description = "The reference to give the image.")
    private @Nullable String name;

    ImageImport(ImageTool.Opener opener) {
        this.opener = opener;
    }

    @Override
    public Integer call() throws Exception {
        if (!Files.exists(source)) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "There is no file or directory %s to import.".formatted(source));
        }
        List<ImageTool.Entry> images;
        try (ImageTool tool = opener.open(options.load().config());
                ProgressBar bar = ProgressBar.to(spec.commandLine().getErr(), onTerminal())) {
            images = tool.importFrom(source, Optional.ofNullable(name), bar);
        }
        images.forEach(image -> spec.commandLine().getOut().println(ImageList.line(image)));
        return 0;
    }

    private static boolean onTerminal() {
        return Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
    }
}
