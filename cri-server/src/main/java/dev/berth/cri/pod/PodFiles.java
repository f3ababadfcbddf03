package dev.berth.cri.pod;

import dev.berth.cri.record.PrivateDirectories;
import dev.berth.cri.v1.DNSConfig;
import dev.berth.runtime.kernel.Errno;
import dev.berth.runtime.kernel.Fd;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import dev.berth.runtime.selinux.Relabelling;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The files that every container of a pod sees: resolv.conf, hostname, hosts, and the shared /dev/shm. */
public final class PodFiles {
    public static final String RESOLV_CONF = "resolv.conf";
    public static final String HOSTNAME = "hostname";
    public static final String HOSTS = "hosts";

    private static final List<String> ALL = List.of(RESOLV_CONF, HOSTNAME, HOSTS);

    private static final Path NODE_RESOLV_CONF = Path.of("/etc/resolv.conf");
    private static final Path NODE_HOSTS = Path.of("/etc/hosts");
    private static final String SHM_OPTIONS = "mode=1777,size=65536k";
    private static final long SHM_FLAGS = Kernel.MS_NOSUID | Kernel.MS_NODEV | Kernel.MS_NOEXEC;

    private final Platform platform;

    PodFiles(Platform platform) {
        this.platform = platform;
    }

    void makeDirectory(PodMaking making) {
        PrivateDirectories.make(platform.layout().podDirectory(making.pod().id()));
    }

    void write(PodMaking making) {
        Pod pod = making.pod();
        Path directory = platform.layout().podDirectory(pod.id());
        try {
            Files.writeString(directory.resolve(RESOLV_CONF), resolvConf(pod));
            Files.writeString(directory.resolve(HOSTNAME), pod.hostname() + "\n");
            Files.writeString(directory.resolve(HOSTS), hosts(making));
            own(pod, directory);
            label(pod, directory);
        } catch (IOException failure) {
            throw new UncheckedIOException(
                    "the files of pod sandbox %s could not be written".formatted(pod.id()), failure);
        }
    }

    /** The files belong to the pod's root. */
    private void own(Pod pod, Path directory) {
        if (!pod.ids().own()) {
            return;
        }
        int root = pod.ids().host(0);
        try (Fd dir = Fd.directory(platform.kernel(), directory)) {
            for (String name : ALL) {
                platform.kernel().fchownat(dir.number(), name, root, root, Kernel.AT_SYMLINK_NOFOLLOW);
            }
        }
    }

    private void label(Pod pod, Path directory) {
        String label = pod.record().getLabels().getFile();
        if (label.isEmpty()) {
            return;
        }
        try (Fd dir = Fd.directory(platform.kernel(), directory)) {
            for (String name : ALL) {
                platform.kernel()
                        .lsetxattr(dir.number(), name, Relabelling.ATTRIBUTE, label.getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    void remove(Pod pod) {
        PrivateDirectories.remove(platform.layout().podDirectory(pod.id()));
    }

    void mountShm(PodMaking making) {
        if (making.pod().hostIpc()) {
            return;
        }
        Path shm = PrivateDirectories.make(platform.layout().shm(making.pod().id()));
        platform.kernel().mount("shm", shm.toString(), "tmpfs", SHM_FLAGS, shmOptions(making.pod()));
    }

    private static String shmOptions(Pod pod) {
        String root = Integer.toUnsignedString(pod.ids().host(0));
        String owner = pod.ids().own() ? ",uid=%s,gid=%s".formatted(root, root) : "";
        String label = pod.record().getLabels().getFile();
        return SHM_OPTIONS + owner + (label.isEmpty() ? "" : ",context=\"%s\"".formatted(label));
    }

    void unmountShm(Pod pod) {
        detach(platform.kernel(), platform.layout().shm(pod.id()));
    }

    /** Unmounts a path; one that is no mount point or not there is fine. */
    static void detach(Kernel kernel, Path mountPoint) {
        try {
            kernel.umount(mountPoint.toString(), Kernel.MNT_DETACH);
        } catch (KernelFailure failure) {
            if (!failure.is(Errno.EINVAL) && !failure.is(Errno.ENOENT)) {
                throw failure;
            }
        }
    }

    private static String resolvConf(Pod pod) throws IOException {
        if (!pod.record().getConfig().hasDnsConfig()) {
            return Files.exists(NODE_RESOLV_CONF) ? Files.readString(NODE_RESOLV_CONF) : "";
        }
        DNSConfig dns = pod.record().getConfig().getDnsConfig();
        List<String> lines = new ArrayList<>();
        dns.getServersList().forEach(server -> lines.add("nameserver " + server));
        if (dns.getSearchesCount() > 0) {
            lines.add("search " + String.join(" ", dns.getSearchesList()));
        }
        if (dns.getOptionsCount() > 0) {
            lines.add("options " + String.join(" ", dns.getOptionsList()));
        }
        return String.join("\n", lines) + "\n";
    }

    private static String hosts(PodMaking making) throws IOException {
        if (making.pod().hostNetwork()) {
            return Files.exists(NODE_HOSTS) ? Files.readString(NODE_HOSTS) : "127.0.0.1\tlocalhost\n";
        }
        return "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n127.0.1.1\t%s\n"
                .formatted(making.pod().hostname());
    }
}
