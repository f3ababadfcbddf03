package dev.berth.cri.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Every setting there is. */
final class Settings {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration TEN_MINUTES = Duration.ofMinutes(10);

    static final Setting<Path> SOCKET = new Setting<>(
            "socket", Form.socket(), Path.of("/run/berth/berth.sock"), "Where kubelet and crictl connect.");
    static final Setting<Path> STATE = new Setting<>(
            "state", Form.path(), Path.of("/run/berth"), "Records that live until the next boot; must be a tmpfs.");
    static final Setting<Path> ROOT = new Setting<>(
            "root", Form.path(), Path.of("/var/lib/berth"), "Images, layers and what else outlives a boot.");
    static final Setting<Path> SHIM = new Setting<>(
            "shim",
            Form.path(),
            Path.of(System.getProperty("berth.shim", "/usr/libexec/berth/berth-shim")),
            "The program that holds one pod each.");
    static final Setting<LogLevel> LOG_LEVEL =
            new Setting<>("log_level", Form.choice(LogLevel.class), LogLevel.INFO, "How much is logged.");

    static final Setting<Path> CNI_CONF_DIR = new Setting<>(
            "cni.conf_dir", Form.path(), Path.of("/etc/cni/net.d"), "The first *.conflist here is the pod network.");
    static final Setting<List<Path>> CNI_BIN_DIRS = new Setting<>(
            "cni.bin_dirs",
            Form.list("absolute paths", Form::absolute),
            List.of(Path.of("/opt/cni/bin"), Path.of("/usr/lib/cni")),
            "Where network plugins are looked for, in this order.");
    static final Setting<Optional<Path>> CNI_CONF_TEMPLATE = new Setting<>(
            "cni.conf_template",
            Form.optionalPath(),
            Optional.empty(),
            "A conflist with {{.PodCIDR}} or {{.PodCIDRRanges}}, written to cni.conf_dir when the kubelet tells the pod CIDR; \"\" for none.");
    static final Setting<Duration> CNI_TIMEOUT = new Setting<>(
            "cni.timeout",
            Form.span(SECOND, TEN_MINUTES),
            Duration.ofSeconds(60),
            "A plugin that runs longer is killed.");

    static final Setting<Path> REGISTRY_CONFIG_DIR = new Setting<>(
            "images.registry_config_dir",
            Form.path(),
            Path.of("/etc/berth/certs.d"),
            "HOST/hosts.toml with mirrors and certificates, in containerd's layout: /etc/containerd/certs.d works here.");
    static final Setting<Optional<Path>> DOCKER_CONFIG = new Setting<>(
            "images.docker_config",
            Form.optionalPath(),
            Optional.empty(),
            "A config.json with credentials for pulls that bring none; \"\" for none.");
    static final Setting<List<String>> PINNED = new Setting<>(
            "images.pinned",
            Form.list("image references", Settings::reference),
            List.of(),
            "Images that the kubelet's garbage collection must keep.");
    static final Setting<Integer> MAX_DOWNLOADS = new Setting<>(
            "images.max_concurrent_downloads", Form.number(1, 64), 4, "Layers of one image fetched at a time.");
    static final Setting<Duration> PROGRESS_TIMEOUT = new Setting<>(
            "images.progress_timeout",
            Form.span(SECOND, TEN_MINUTES),
            Duration.ofSeconds(60),
            "A download that gets no byte for this long is tried again.");

    static final Setting<CgroupDriver> CGROUP_DRIVER = new Setting<>(
            "cgroup.driver",
            Form.choice(CgroupDriver.class),
            CgroupDriver.CGROUPFS,
            "Must be the kubelet's cgroupDriver.");
    static final Setting<String> CGROUP_PARENT = new Setting<>(
            "cgroup.parent",
            new Form<>("a path of cgroups such as \"/berth\"", Settings::cgroup, Form::quoted),
            "/berth",
            "The cgroup of pods whose request names none.");
    static final Setting<Boolean> CGROUP_WRITABLE = new Setting<>(
            "cgroup.writable",
            Form.yesOrNo(),
            false,
            "Whether every container may make cgroups below its own; cgroup v2 only.");

    static final Setting<Boolean> UNPRIVILEGED_PORTS = new Setting<>(
            "pods.unprivileged_ports",
            Form.yesOrNo(),
            true,
            "Whether any user of a pod may listen on ports below 1024 of the pod's own network.");
    static final Setting<Boolean> UNPRIVILEGED_ICMP = new Setting<>(
            "pods.unprivileged_icmp",
            Form.yesOrNo(),
            true,
            "Whether any user of a pod may ping from the pod's own network.");

    static final Setting<Boolean> SECCOMP_DEFAULT = new Setting<>(
            "containers.seccomp_default",
            Form.yesOrNo(),
            false,
            "Whether a container whose request names no seccomp profile gets Berth's default one.");
    static final Setting<Boolean> SELINUX = new Setting<>(
            "containers.selinux",
            Form.yesOrNo(),
            true,
            "Whether containers get SELinux labels where the kernel has SELinux.");
    static final Setting<List<Ulimit>> ULIMITS = new Setting<>(
            "containers.ulimits",
            Form.list("limits such as \"nofile=1024:524288\"", Ulimit::parse),
            List.of(),
            "Limits that every container starts with.");

    static final Setting<List<Path>> CDI_SPEC_DIRS = new Setting<>(
            "cdi.spec_dirs",
            Form.list("absolute paths", Form::absolute),
            List.of(Path.of("/etc/cdi"), Path.of("/var/run/cdi")),
            "Where specs of CDI devices are; of two with the same device the one in the later directory counts.");

    static final Setting<Address> STREAM_ADDRESS = new Setting<>(
            "streaming.address",
            Form.address(),
            new Address("127.0.0.1", 0),
            "Where exec, attach and port-forward connect; the kubelet reaches it, so loopback is enough.");
    static final Setting<Duration> STREAM_IDLE = new Setting<>(
            "streaming.idle_timeout",
            Form.span(SECOND, Duration.ofHours(48)),
            Duration.ofHours(4),
            "A session without a byte for this long is closed.");

    static final Setting<Optional<Path>> STREAM_TLS_CERT = new Setting<>(
            "streaming.tls_cert_file",
            Form.optionalPath(),
            Optional.empty(),
            "PEM certificates with which exec, attach and port-forward are served over TLS; \"\" for plain HTTP.");
    static final Setting<Optional<Path>> STREAM_TLS_KEY = new Setting<>(
            "streaming.tls_key_file",
            Form.optionalPath(),
            Optional.empty(),
            "The key of the first certificate: PEM, PKCS#8, without a password.");

    static final Setting<Optional<Address>> METRICS_ADDRESS = new Setting<>(
            "metrics.address",
            Form.optionalAddress(),
            Optional.of(new Address("127.0.0.1", 9640)),
            "Where Prometheus scrapes /metrics; \"\" for off.");

    static final Setting<Boolean> METRICS_PODS = new Setting<>(
            "metrics.pods",
            Form.yesOrNo(),
            true,
            "Whether that page also tells what pods and containers use, read at each scrape.");

    static final Setting<Duration> LAUNCH_TIMEOUT = new Setting<>(
            "timeouts.launch",
            Form.span(SECOND, TEN_MINUTES),
            Duration.ofSeconds(30),
            "A container that takes longer to start fails.");
    static final Setting<Duration> STOP_TIMEOUT = new Setting<>(
            "timeouts.stop",
            Form.span(Duration.ZERO, TEN_MINUTES),
            Duration.ofSeconds(10),
            "How long a stopping Berth lets calls finish; pods run on.");

    /** In the order in which they are shown. */
    static final List<Setting<?>> ALL = List.of(
            SOCKET,
            STATE,
            ROOT,
            SHIM,
            LOG_LEVEL,
            CNI_CONF_DIR,
            CNI_BIN_DIRS,
            CNI_TIMEOUT,
            CNI_CONF_TEMPLATE,
            REGISTRY_CONFIG_DIR,
            DOCKER_CONFIG,
            PINNED,
            MAX_DOWNLOADS,
            PROGRESS_TIMEOUT,
            CGROUP_DRIVER,
            CGROUP_PARENT,
            CGROUP_WRITABLE,
            UNPRIVILEGED_PORTS,
            UNPRIVILEGED_ICMP,
            SECCOMP_DEFAULT,
            SELINUX,
            ULIMITS,
            CDI_SPEC_DIRS,
            STREAM_ADDRESS,
            STREAM_IDLE,
            STREAM_TLS_CERT,
            STREAM_TLS_KEY,
            METRICS_ADDRESS,
            METRICS_PODS,
            LAUNCH_TIMEOUT,
            STOP_TIMEOUT);

    private Settings() {}

    private static String reference(String text) {
        if (text.isBlank() || text.chars().anyMatch(Character::isWhitespace)) {
            throw new IllegalArgumentException("\"%s\" is no image reference".formatted(text));
        }
        return text;
    }

    private static String cgroup(Object raw) {
        if (raw instanceof String text && text.matches("(/[A-Za-z0-9_.:@-]{1,255}){1,16}") && !text.contains("/..")) {
            return text;
        }
        throw new IllegalArgumentException("%s is none".formatted(raw));
    }
}
