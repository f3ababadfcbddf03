package dev.berth.runtime.selinux;

import dev.berth.runtime.kernel.Errno;
import dev.berth.runtime.kernel.Fd;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.KernelFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** SELinux of the node: whether its kernel has it, and which labels its policy means for containers. */
public class SELinux {
    /** The label of every process before a policy is loaded. */
    private static final String NO_POLICY = "kernel";

    private final Kernel kernel;
    private final Path root;

    /** @param root of the node's files, {@code /} but for tests */
    public SELinux(Kernel kernel, Path root) {
        this.kernel = kernel;
        this.root = root;
    }

    /**
     * What containers get that ask for nothing.
     *
     * @param process the label of their processes
     * @param file the label of their files
     */
    public record Defaults(Label process, Label file) {}

    /** Whether the kernel has SELinux, with a policy. */
    public boolean enabled() {
        return Files.exists(root.resolve("sys/fs/selinux/enforce"))
                && !line(root.resolve("proc/self/attr/current")).equals(NO_POLICY);
    }

    /** Whether what the policy forbids is refused, and not only noted. */
    public boolean enforcing() {
        return line(root.resolve("sys/fs/selinux/enforce")).equals("1");
    }

    private static String line(Path file) {
        try {
            return Files.readString(file).replace("\0", "").strip();
        } catch (IOException failure) {
            throw new UncheckedIOException("%s could not be read".formatted(file), failure);
        }
    }

    /** The policy's labels of containers; null when it names none, or such as are not in it. */
    public @Nullable Defaults defaults() {
        Map<String, String> labels = LabelFile.read(root.resolve("usr/share/containers/selinux/contexts"));
        if (labels.isEmpty()) {
            labels = LabelFile.read(contexts());
        }
        String process = labels.get("process");
        String file = labels.get("file");
        if (process == null || file == null) {
            return null;
        }
        Defaults defaults = new Defaults(Label.parse(process), Label.parse(file));
        return knows(defaults.process()) && knows(defaults.file()) ? defaults : null;
    }

    /** Where the policy in force has them. */
    public Path contexts() {
        Path etc = root.resolve("etc/selinux");
        String policy = LabelFile.read(etc.resolve("config")).getOrDefault("SELINUXTYPE", "targeted");
        return etc.resolve(policy).resolve("contexts/lxc_contexts");
    }

    /** Whether the policy in force has such a label; the kernel is asked. */
    public boolean knows(Label label) {
        byte[] text = label.toString().getBytes(StandardCharsets.UTF_8);
        String file = root.resolve("sys/fs/selinux/context").toString();
        try (Fd check = new Fd(kernel, kernel.openat(Kernel.AT_FDCWD, file, Kernel.O_RDWR, 0))) {
            kernel.write(check.number(), text, 0, text.length);
            return true;
        } catch (KernelFailure failure) {
            if (failure.is(Errno.EINVAL)) {
                return false;
            }
            throw failure;
        }
    }
}
