package dev.berth.cri.command;

import dev.berth.cri.node.Build;
import picocli.CommandLine.IVersionProvider;

/** What {@code berth --version} and {@code berth version} print. */
final class VersionText implements IVersionProvider {
    VersionText() {}

    @Override
    public String[] getVersion() {
        return new String[] {
            "berth %s (CRI v1), Java %s".formatted(Build.current().version(), Runtime.version())
        };
    }
}
