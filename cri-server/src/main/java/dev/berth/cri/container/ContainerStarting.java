package dev.berth.cri.container;

import dev.berth.runtime.cgroup.Cgroup;
import dev.berth.runtime.kernel.Fd;
import dev.berth.runtime.launch.BindMount;
import dev.berth.runtime.launch.ProcessSpec;
import dev.berth.runtime.launch.UserNamespace;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A container while StartContainer starts it: what earlier steps made for later ones. */
final class ContainerStarting {
    private final Container container;
    private final ProcessSpec process;
    private final List<BindMount> mounts = new ArrayList<>();
    private @Nullable Cgroup cgroup;
    private @Nullable Fd userNamespace;
    private int root = -1;
    private long launchedAt;

    ContainerStarting(Container container, ProcessSpec process) {
        this.container = container;
        this.process = process;
    }

    Container container() {
        return container;
    }

    ProcessSpec process() {
        return process;
    }

    List<BindMount> mounts() {
        return mounts;
    }

    Cgroup cgroup() {
        Cgroup made = cgroup;
        if (made == null) {
            throw new IllegalStateException("the step cgroup has not run");
        }
        return made;
    }

    void cgroup(Cgroup made) {
        cgroup = made;
    }

    /** A descriptor of the pod's user namespace, -1 for the node's; it stays here. */
    int userNamespace() {
        Fd open = userNamespace;
        return open == null ? -1 : open.number();
    }

    void userNamespace(Fd opened) {
        userNamespace = opened;
    }

    /** Takes the user namespace for a plan. */
    UserNamespace takeUserNamespace() {
        Fd open = userNamespace;
        userNamespace = null;
        return open == null
                ? UserNamespace.NODE
                : new UserNamespace(open.release(), container.pod().ids());
    }

    void closeUserNamespace() {
        Fd open = userNamespace;
        if (open != null) {
            open.close();
            userNamespace = null;
        }
    }

    int root() {
        return root;
    }

    /** Nanoseconds since the epoch, taken before the launch: a short process may have ended when the launch is answered. */
    long launchedAt() {
        return launchedAt;
    }

    void launchedAt(long now) {
        launchedAt = now;
    }

    void root(int mount) {
        root = mount;
    }
}
