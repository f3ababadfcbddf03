package dev.berth.cri.command;

import dev.berth.cri.config.ConfigLoader;
import dev.berth.cri.config.EffectiveConfig;
import dev.berth.cri.config.Flags;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that every command with a configuration takes; each wins over the file. */
public final class ConfigOptions {
    @Option(names = "--config", paramLabel = "FILE", description = "TOML; /etc/berth/config.toml when that exists.")
    private @Nullable Path file;

    @Option(names = "--socket", paramLabel = "PATH", description = "Where kubelet and crictl connect.")
    private @Nullable String socket;

    @Option(names = "--state", paramLabel = "DIR", description = "Records that live until the next boot.")
    private @Nullable String state;

    @Option(names = "--root", paramLabel = "DIR", description = "Images, layers and what else outlives a boot.")
    private @Nullable String root;

    @Option(names = "--shim", paramLabel = "FILE", description = "The berth-shim program.")
    private @Nullable String shim;

    @Option(names = "--log-level", paramLabel = "LEVEL", description = "error, warning, info or debug.")
    private @Nullable String logLevel;

    @Option(names = "--cni-conf-dir", paramLabel = "DIR", description = "Network configurations (*.conflist).")
    private @Nullable String cniConfDir;

    @Option(names = "--cni-bin-dir", paramLabel = "DIR", description = "Network plugins; may be given more than once.")
    private List<String> cniBinDirs = new ArrayList<>();

    @Option(names = "--registry-config-dir", paramLabel = "DIR", description = "HOST/hosts.toml for registries.")
    private @Nullable String registryConfigDir;

    @Option(
            names = "--metrics-address",
            paramLabel = "HOST:PORT",
            description = "Prometheus scrapes here; \"\" for off.")
    private @Nullable String metricsAddress;

    @Option(names = "--cgroup-parent", paramLabel = "PATH", description = "The cgroup of pods that name none.")
    private @Nullable String cgroupParent;

    @Option(names = "--streaming-address", paramLabel = "HOST:PORT", description = "Exec, attach and port-forward.")
    private @Nullable String streamingAddress;

    /** Loads the configuration with these options over it. */
    public EffectiveConfig load() {
        Flags flags = new Flags()
                .set("socket", "--socket", socket)
                .set("state", "--state", state)
                .set("root", "--root", root)
                .set("shim", "--shim", shim)
                .set("log_level", "--log-level", logLevel)
                .set("cni.conf_dir", "--cni-conf-dir", cniConfDir)
                .setAll("cni.bin_dirs", "--cni-bin-dir", cniBinDirs)
                .set("images.registry_config_dir", "--registry-config-dir", registryConfigDir)
                .set("metrics.address", "--metrics-address", metricsAddress)
                .set("cgroup.parent", "--cgroup-parent", cgroupParent)
                .set("streaming.address", "--streaming-address", streamingAddress);
        return ConfigLoader.load(file, flags);
    }
}
