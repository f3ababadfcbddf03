package dev.berth.cri.container;

import dev.berth.cri.v1.ContainerConfig;
import dev.berth.cri.v1.Device;
import dev.berth.runtime.cgroup.DevicePolicy;
import dev.berth.runtime.cgroup.DeviceRule;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.Stat;
import dev.berth.runtime.launch.DeviceNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Devices of the node that a container gets: those it names, or all of them when it is privileged. */
final class Devices {
    private static final Set<String> LEFT_OUT =
            Set.of("pts", "shm", "fd", "mqueue", ".lxc", ".lxd-mounts", ".udev", "console");
    private static final Set<String> OWN =
            Set.of("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty", "/dev/ptmx");
    private static final int DEEPEST = 8;

    private final Kernel kernel;

    Devices(Kernel kernel) {
        this.kernel = kernel;
    }

    List<DeviceNode> nodes(ContainerConfig config) {
        List<DeviceNode> nodes = new ArrayList<>();
        if (config.getLinux().getSecurityContext().getPrivileged()) {
            everything(nodes);
        }
        for (Device device : config.getDevicesList()) {
            nodes.add(node(Path.of(device.getHostPath()), device.getContainerPath()));
        }
        return nodes;
    }

    DevicePolicy policy(ContainerConfig config) {
        if (config.getLinux().getSecurityContext().getPrivileged()) {
            return DevicePolicy.all();
        }
        List<DeviceRule> rules = new ArrayList<>();
        for (Device device : config.getDevicesList()) {
            DeviceNode node = node(Path.of(device.getHostPath()), device.getContainerPath());
            boolean block = (node.mode() & Stat.S_IFMT) == Stat.S_IFBLK;
            String access = device.getPermissions().isEmpty() ? "rwm" : device.getPermissions();
            rules.add(new DeviceRule(
                    block ? DeviceRule.Type.BLOCK : DeviceRule.Type.CHARACTER,
                    major(node.device()),
                    minor(node.device()),
                    access));
        }
        return DevicePolicy.defaultsAnd(rules);
    }

    private void everything(List<DeviceNode> into) {
        try (Stream<Path> tree = Files.walk(Path.of("/dev"), DEEPEST)) {
            tree.filter(Devices::wanted)
                    .filter(path -> stat(path, Kernel.AT_SYMLINK_NOFOLLOW).isDevice())
                    .forEach(path -> into.add(node(path, path.toString())));
        } catch (IOException failure) {
            throw new UncheckedIOException("/dev could not be read", failure);
        }
    }

    private static boolean wanted(Path path) {
        if (OWN.contains(path.toString())) {
            return false;
        }
        for (Path part : path) {
            if (LEFT_OUT.contains(part.toString())) {
                return false;
            }
        }
        return true;
    }

    private DeviceNode node(Path host, String path) {
        Stat stat = stat(host, 0);
        return new DeviceNode(path, stat.mode(), stat.rdev(), stat.uid(), stat.gid());
    }

    private Stat stat(Path path, int flags) {
        return kernel.fstatat(Kernel.AT_FDCWD, path.toString(), flags);
    }

    private static int major(long device) {
        return (int) ((device >> 8) & 0xfff);
    }

    private static int minor(long device) {
        return (int) ((device & 0xff) | ((device >> 12) & 0xfff00));
    }
}
