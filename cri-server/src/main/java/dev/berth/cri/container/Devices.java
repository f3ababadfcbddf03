package dev.berth.cri.container;

import dev.berth.cri.cdi.CdiNode;
import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.v1.Device;
import dev.berth.runtime.cgroup.DevicePolicy;
import dev.berth.runtime.cgroup.DeviceRule;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import dev.berth.runtime.kernel.Stat;
import dev.berth.runtime.launch.DeviceNode;
import dev.berth.state.v1.ContainerRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Devices of the node that a container gets: those it names, those of its CDI devices, or all of them when it is privileged. */
final class Devices {
    private static final Set<String> LEFT_OUT =
            Set.of("pts", "shm", "fd", "mqueue", ".lxc", ".lxd-mounts", ".udev", "console");
    private static final Set<String> OWN =
            Set.of("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty", "/dev/ptmx");
    private static final Path DEV = Path.of("/dev");
    private static final int DEEPEST = 8;
    private static final int MOST = 1000;

    /** A node and what the cgroup allows of it. */
    private record Granted(DeviceNode node, String access) {}

    private final Kernel kernel;

    Devices(Kernel kernel) {
        this.kernel = kernel;
    }

    /** @throws CriFailure INVALID naming a path that is no device, or a directory without or with too many */
    void require(ContainerRecord record) {
        granted(record);
    }

    List<DeviceNode> nodes(ContainerRecord record) {
        List<DeviceNode> nodes = new ArrayList<>();
        if (privileged(record)) {
            below(DEV, Devices::wanted).forEach(path -> nodes.add(node(path, path.toString())));
        }
        granted(record).forEach(granted -> nodes.add(granted.node()));
        return nodes;
    }

    DevicePolicy policy(ContainerRecord record) {
        if (privileged(record)) {
            return DevicePolicy.all();
        }
        return DevicePolicy.defaultsAnd(
                granted(record).stream().map(Devices::rule).toList());
    }

    /** The nodes of CDI devices, each with what its spec leaves to the node. */
    List<dev.berth.state.v1.DeviceNode> resolve(List<CdiNode> nodes) {
        return nodes.stream().map(this::resolve).toList();
    }

    private dev.berth.state.v1.DeviceNode resolve(CdiNode node) {
        RequestPaths.require("CDI device node's path", node.path());
        RequestPaths.require("CDI device node's host path", node.hostPath());
        CdiNode.Numbers numbers = node.numbers();
        DeviceNode found = numbers == null
                ? node(Path.of(node.hostPath()), node.path())
                : new DeviceNode(
                        node.path(), type(numbers) | 0666, DeviceNode.device(numbers.major(), numbers.minor()), 0, 0);
        Integer mode = node.mode();
        Integer uid = node.uid();
        Integer gid = node.gid();
        return dev.berth.state.v1.DeviceNode.newBuilder()
                .setPath(found.path())
                .setMode(mode == null ? found.mode() : (found.mode() & Stat.S_IFMT) | mode)
                .setDevice(found.device())
                .setUid(uid == null ? found.uid() : uid)
                .setGid(gid == null ? found.gid() : gid)
                .setPermissions(node.permissions())
                .build();
    }

    private static boolean privileged(ContainerRecord record) {
        return record.getConfig().getLinux().getSecurityContext().getPrivileged();
    }

    private List<Granted> granted(ContainerRecord record) {
        List<Granted> granted = new ArrayList<>();
        for (Device device : record.getConfig().getDevicesList()) {
            String access = device.getPermissions().isEmpty() ? "rwm" : device.getPermissions();
            asked(device).forEach(node -> granted.add(new Granted(node, access)));
        }
        for (dev.berth.state.v1.DeviceNode node : record.getCdiNodesList()) {
            DeviceNode made =
                    new DeviceNode(node.getPath(), node.getMode(), node.getDevice(), node.getUid(), node.getGid());
            granted.add(new Granted(made, node.getPermissions()));
        }
        return granted;
    }

    /** One device, or every device in a directory of them, such as /dev/snd. */
    private List<DeviceNode> asked(Device device) {
        Path host = Path.of(device.getHostPath());
        if (!Files.isDirectory(host)) {
            return List.of(node(host, device.getContainerPath()));
        }
        Path real = real(host);
        List<DeviceNode> nodes = below(real, _ -> true).stream()
                .map(path -> node(
                        path,
                        Path.of(device.getContainerPath())
                                .resolve(real.relativize(path).toString())
                                .toString()))
                .toList();
        if (nodes.isEmpty()) {
            throw CriFailure.invalid("the directory %s holds no device of this node".formatted(host));
        }
        return nodes;
    }

    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException failure) {
            throw new UncheckedIOException("%s could not be looked up".formatted(path), failure);
        }
    }

    private List<Path> below(Path directory, Predicate<Path> wanted) {
        try (Stream<Path> tree = Files.walk(directory, DEEPEST)) {
            List<Path> devices = tree.filter(wanted)
                    .filter(path -> stat(path, Kernel.AT_SYMLINK_NOFOLLOW).isDevice())
                    .limit(MOST + 1)
                    .toList();
            if (devices.size() > MOST) {
                throw CriFailure.invalid("%s holds more than %d devices".formatted(directory, MOST));
            }
            return devices;
        } catch (IOException failure) {
            throw new UncheckedIOException("%s could not be read".formatted(directory), failure);
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
        try {
            Stat stat = stat(host, 0);
            if (stat.isDevice()) {
                return new DeviceNode(path, stat.mode(), stat.rdev(), stat.uid(), stat.gid());
            }
        } catch (KernelFailure failure) {
            throw CriFailure.invalid("%s is no device of this node: %s".formatted(host, failure.getMessage()));
        }
        throw CriFailure.invalid("%s is no device of this node".formatted(host));
    }

    private Stat stat(Path path, int flags) {
        return kernel.fstatat(Kernel.AT_FDCWD, path.toString(), flags);
    }

    private static DeviceRule rule(Granted granted) {
        DeviceNode node = granted.node();
        boolean block = (node.mode() & Stat.S_IFMT) == Stat.S_IFBLK;
        return new DeviceRule(
                block ? DeviceRule.Type.BLOCK : DeviceRule.Type.CHARACTER,
                node.major(),
                node.minor(),
                granted.access());
    }

    private static int type(CdiNode.Numbers numbers) {
        return numbers.block() ? Stat.S_IFBLK : Stat.S_IFCHR;
    }
}
