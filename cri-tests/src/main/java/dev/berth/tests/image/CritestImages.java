package dev.berth.tests.image;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.tests.node.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** The images that critest asks for by name, made of Debian's files and programs compiled here. */
public final class CritestImages {
    private static final String E2E = "e2e-test-images/";
    private static final String STAGING = "k8s-staging-cri-tools/";
    private static final String NGINX_CONFIGURATION = """
            daemon off;
            user www-data;
            pid /var/run/nginx.pid;
            error_log stderr;
            worker_processes 1;
            events {}
            http {
              access_log off;
              client_body_temp_path /tmp/b; proxy_temp_path /tmp/p; fastcgi_temp_path /tmp/f;
              uwsgi_temp_path /tmp/u; scgi_temp_path /tmp/s;
              server { listen 80; root /www; index index.html; }
            }
            """;
    private static final String PRINT_EFFECTIVE_UID = """
            #include <stdio.h>
            #include <unistd.h>
            int main(void) { printf("Effective uid: %d\\n", (int)geteuid()); return 0; }
            """;
    private static final String PAUSE = """
            #include <signal.h>
            #include <unistd.h>
            static void quit(int signal) { (void)signal; _exit(0); }
            int main(void) { signal(SIGTERM, quit); signal(SIGINT, quit); for (;;) pause(); }
            """;

    private final Map<String, OciImage> images = new TreeMap<>();
    private final Path work;

    private CritestImages(Path work) {
        this.work = work;
    }

    /** Hosts under whose names critest pulls; each needs a mirror to the local registry. */
    public static List<String> hosts() {
        return List.of("registry.k8s.io", "k8s.gcr.io", "gcr.io", "public.ecr.aws");
    }

    /** Repository and tag of the image that critest pulls by digest. */
    public static String pulledByDigest() {
        return STAGING + "test-image-digest:latest";
    }

    /**
     * Builds all of them.
     *
     * @param work an existing folder for what is compiled
     * @return images by REPOSITORY:TAG
     */
    public static Map<String, OciImage> build(Path work) throws IOException, InterruptedException {
        CritestImages build = new CritestImages(work);
        byte[] base = BusyboxLayer.ofDynamic("", "");
        build.servers(base);
        build.programs(base);
        build.plain(base);
        build.users(base);
        return build.images;
    }

    private void servers(byte[] base) throws IOException, InterruptedException {
        TarLayer nginx = new TarLayer()
                .program(Command.require("nginx"), "usr/sbin/nginx")
                .file("etc/nginx/nginx.conf", NGINX_CONFIGURATION)
                .file("www/index.html", "hello\n")
                .directory("var/log/nginx", 0755)
                .directory("var/lib/nginx", 0755);
        put(E2E + "nginx:1.14-2", command("nginx"), base, nginx.toBytes());
        put(
                E2E + "httpd:2.4.39-4",
                command("/bin/sh", "-c", "echo httpd -D FOREGROUND; exec httpd -f -p 80 -h /www"),
                base,
                new TarLayer().file("www/index.html", "It works!\n").toBytes());
        put(
                STAGING + "hostnet-nginx-amd64:latest",
                command("httpd", "-f", "-p", "12003", "-h", "/www"),
                base,
                new TarLayer().file("www/index.html", "host\n").toBytes());
    }

    private void programs(byte[] base) throws IOException, InterruptedException {
        byte[] printer = compile("nnp", PRINT_EFFECTIVE_UID);
        put(
                E2E + "nonewprivs:1.3",
                command("nnp"),
                base,
                new TarLayer().file("usr/bin/nnp", 04755, printer).toBytes());
        byte[] pause = compile("pause", PAUSE);
        put(
                "pause:3.9",
                config -> config.putArray("Entrypoint").add("/pause"),
                new TarLayer().file("pause", 0755, pause).toBytes());
        put(
                "pause:3.10.2",
                config -> config.putArray("Entrypoint").add("/pause"),
                new TarLayer()
                        .file("pause", 0755, pause)
                        .file("version", "3.10.2")
                        .toBytes());
    }

    private void plain(byte[] base) {
        put(E2E + "busybox:1.29-2", command("sh"), base);
        for (String name : List.of(
                "test-image-latest:latest",
                "test-image-tag:test",
                "test-image-tag:all",
                "test-image-digest:latest",
                "test-image-1:latest",
                "test-image-2:latest",
                "test-image-3:latest")) {
            put(STAGING + name, command("sh"), base, unique(name));
        }
        for (String tag : List.of("1", "2", "3")) {
            put(STAGING + "test-image-tags:" + tag, command("sh"), base, unique("tags"));
        }
        for (String tag : List.of("1.35.0-glibc", "1-uclibc", "1", "1-glibc", "1-musl")) {
            put("docker/library/busybox:" + tag, command("sh"), base, unique(tag));
        }
    }

    private void users(byte[] base) throws IOException, InterruptedException {
        Map<String, String> users = Map.of(
                "uid", "1002", "username", "www-data", "uid-group", "1003:1004", "username-group", "www-data:1004");
        users.forEach((name, user) -> put(
                STAGING + "test-image-user-" + name + ":latest",
                config -> command("sh").andThen(it -> it.put("User", user)).accept(config),
                base,
                unique("user-" + name)));
        byte[] groups = BusyboxLayer.ofDynamic(
                "default-user:x:1000:1000::/home:/bin/sh\n",
                "default-user:x:1000:\ngroup-defined-in-image:x:50000:default-user\n");
        put(
                STAGING + "test-image-predefined-group:latest",
                command("sh").andThen(it -> it.put("User", "1000")),
                groups);
    }

    private void put(String name, Consumer<ObjectNode> config, byte[]... layers) {
        images.put(name, OciImage.of(List.of(layers), config));
    }

    /** No two test images may share an id. */
    private static byte[] unique(String name) {
        return new TarLayer().file("etc/critest-image", name).toBytes();
    }

    static Consumer<ObjectNode> command(String... words) {
        return config -> {
            ArrayNode array = config.putArray("Cmd");
            for (String word : words) {
                array.add(word);
            }
        };
    }

    private byte[] compile(String name, String source) throws IOException, InterruptedException {
        Path code = Files.writeString(work.resolve(name + ".c"), source);
        Path program = work.resolve(name);
        Command.mustRun("gcc", "-Os", "-s", "-static", "-o", program.toString(), code.toString());
        return Files.readAllBytes(program);
    }
}
