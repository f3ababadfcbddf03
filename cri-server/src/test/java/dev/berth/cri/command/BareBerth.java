package dev.berth.cri.command;

import dev.berth.cri.node.Node;
import java.util.List;

/** The {@code berth} command on a node that only speaks about itself, for tests that need no pods. */
final class BareBerth {
    private BareBerth() {}

    public static void main(String[] arguments) {
        Berth.Parts parts = new Berth.Parts((config, _) -> Node.bare(config), _ -> List.of(), _ -> {
            throw new IllegalStateException("no images here");
        });
        System.exit(Berth.execute(parts, arguments));
    }
}
