package dev.berth.cri.command;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code berth image list}. */
@Command(name = "list", description = "Lists the images of the store.", mixinStandardHelpOptions = true)
final class ImageList implements Callable<Integer> {
    private final ImageTool.Opener opener;

    @Mixin
    private ConfigOptions options = new ConfigOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    ImageList(ImageTool.Opener opener) {
        this.opener = opener;
    }

    @Override
    public Integer call() throws Exception {
        try (ImageTool tool = opener.open(options.load().config())) {
            tool.list().forEach(image -> spec.commandLine().getOut().println(line(image)));
        }
        return 0;
    }

    /** One image as a line: short id, size, references. */
    static String line(ImageTool.Entry image) {
        String id = image.id().substring(image.id().indexOf(':') + 1);
        String tags = image.tags().isEmpty() ? "<none>" : String.join(" ", image.tags());
        return "%s  %9s  %s".formatted(id.substring(0, Math.min(13, id.length())), Bytes.text(image.size()), tags);
    }
}
