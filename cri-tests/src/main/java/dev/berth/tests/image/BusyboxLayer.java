package dev.berth.tests.image;

import dev.berth.tests.node.Command;
import dev.berth.tests.node.Project;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The layer that every test image has below: busybox with one hard link per applet, users and the usual folders. */
public final class BusyboxLayer {
    private static final String PASSWD = """
            root:x:0:0:root:/root:/bin/sh
            www-data:x:33:33:www-data:/var/www:/bin/false
            nobody:x:65534:65534:nobody:/:/bin/false
            """;
    private static final String GROUP = """
            root:x:0:
            www-data:x:33:
            nogroup:x:65534:
            """;
    private static final List<String> FOLDERS =
            List.of("etc", "root", "var/run", "var/lib", "var/log", "proc", "sys", "dev", "home", "usr/sbin");

    private BusyboxLayer() {}

    /** One static program. */
    public static byte[] ofStatic() throws IOException, InterruptedException {
        TarLayer layer = new TarLayer();
        layer.file("bin/busybox", 0755, Files.readAllBytes(Project.busybox("busybox-static")));
        return finished(layer, Project.busybox("busybox-static"), "", "");
    }

    /**
     * The dynamic busybox, whose shell starts applets as programs of their own, with pgrep and ipcs of this machine: a
     * masked applet then fails as critest expects.
     *
     * @param moreUsers lines for /etc/passwd
     * @param moreGroups lines for /etc/group
     */
    public static byte[] ofDynamic(String moreUsers, String moreGroups) throws IOException, InterruptedException {
        Path busybox = Project.busybox("busybox");
        TarLayer layer = new TarLayer();
        layer.program(busybox, "bin/busybox");
        layer.program(Command.require("pgrep"), "usr/bin/pgrep");
        layer.program(Command.require("ipcs"), "usr/bin/ipcs");
        return finished(layer, busybox, moreUsers, moreGroups);
    }

    private static byte[] finished(TarLayer layer, Path busybox, String moreUsers, String moreGroups)
            throws IOException, InterruptedException {
        // A symbolic link would not do: masking it would mask busybox itself.
        Command.mustRun(busybox.toString(), "--list")
                .lines()
                .filter(applet -> !applet.equals("busybox"))
                .forEach(applet -> layer.hardLink("bin/" + applet, "bin/busybox"));
        FOLDERS.forEach(folder -> layer.directory(folder, 0755));
        layer.directory("tmp", 01777);
        layer.file("etc/passwd", PASSWD + moreUsers);
        layer.file("etc/group", GROUP + moreGroups);
        return layer.toBytes();
    }
}
