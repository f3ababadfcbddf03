package dev.berth.tests.blackbox;

import static dev.berth.tests.blackbox.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.cri.v1.ContainerConfig;
import dev.berth.cri.v1.ImageSpec;
import dev.berth.cri.v1.Mount;
import dev.berth.cri.v1.RemoveImageRequest;
import dev.berth.tests.coverage.Covers;
import dev.berth.tests.image.OciImage;
import dev.berth.tests.image.RegistryPush;
import dev.berth.tests.image.TarLayer;
import dev.berth.tests.node.TestNode;
import dev.berth.tests.pod.Pods;
import dev.berth.tests.pod.RunningPod;
import dev.berth.tests.world.OnNode;
import dev.berth.tests.world.OnlyBerth;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Images mounted as volumes. In brackets the row of critest that a test stands for. */
@OnNode
class ImageVolumeTest {
    private static final String AT = "/volume";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final TestNode node;
    private final Pods pods;

    ImageVolumeTest(TestNode node) {
        this.node = node;
        pods = node.pods();
    }

    @Test
    @Covers({"image-volume.ref", "image-volume.readonly"})
    void anImageIsMountedReadonlyAndItsDigestIsTold() throws Exception {
        String id = image(
                "whole",
                new TarLayer()
                        .file("cargo/file", "one")
                        .file("program", 0755, "#!/bin/sh\necho ran".getBytes(StandardCharsets.US_ASCII)),
                new TarLayer().file("top", "two"));
        RunningPod pod = pod();
        String container =
                pod.create(pods.idle("main").addMounts(volume("whole")).build());
        Mount told = pod.status(container).getMounts(0);
        assertEquals(id, told.getImage().getImageRef());
        assertEquals(AT, told.getContainerPath());
        pod.startCreated(container);
        assertEquals("onetwo", pod.shell(container, "cat /volume/cargo/file /volume/top"));
        assertEquals("ran\n", pod.shell(container, "/volume/program"));
        assertNotEquals(0, pod.exec(container, "/bin/touch", "/volume/new").getExitCode());
        assertNotEquals(0, pod.exec(container, "/bin/rm", "/volume/top").getExitCode());
    }

    @Test
    @Covers("feature.image-volume-options")
    void anImageOfOneLayerIsMountedAsWell() throws Exception {
        image("single", new TarLayer().file("file", "cargo"));
        RunningPod pod = pod();
        String container =
                pod.start(pods.idle("main").addMounts(volume("single").addMountOptions("noexec")));
        assertEquals("cargo", pod.shell(container, "cat /volume/file"));
        assertNotEquals(0, pod.exec(container, "/bin/touch", "/volume/new").getExitCode());
        assertTrue(pod.shell(container, "grep ' /volume ' /proc/self/mounts").contains("noexec"));
    }

    @Test
    @Covers("image-volume.writable")
    void anImageThatIsToBeWritableIsRefused() throws Exception {
        image("writable", new TarLayer().file("file", "cargo"));
        refused(volume("writable").setReadonly(false), "read-only");
    }

    @Test
    @Covers("image-volume.sub-path")
    void aPartOfAnImageIsMountedAlone() throws Exception {
        image("part", new TarLayer().file("etc/deep/file", "one"), new TarLayer().file("etc/deep/other", "two"));
        RunningPod pod = pod();
        String container = pod.start(pods.idle("main").addMounts(volume("part").setImageSubPath("etc/deep")));
        assertEquals("file\nother\n", pod.shell(container, "ls /volume"));
        assertNotEquals(0, pod.exec(container, "/bin/touch", "/volume/new").getExitCode());
    }

    @Test
    @Covers("image-volume.sub-path-absent")
    void aPartThatTheImageDoesNotHaveIsRefused() throws Exception {
        image("absent", new TarLayer().file("etc/file", "cargo"));
        refused(volume("absent").setImageSubPath("not-existing"), "not-existing");
        refused(volume("absent").setImageSubPath("etc/file"), "etc/file");
    }

    @Test
    void aPartThatLeavesTheImageIsRefusedOrEndsWithinIt() throws Exception {
        image(
                "escape",
                new TarLayer()
                        .symlink("out", "../../../../../..")
                        .symlink("root", "/")
                        .file("in/file", "cargo"));
        for (String path : List.of("..", "in/../..", "/in")) {
            refused(volume("escape").setImageSubPath(path), path);
        }
        RunningPod pod = pod();
        for (String path : List.of("out/in", "root/in")) {
            ContainerConfig.Builder config =
                    pods.idle(path.replace('/', '-')).addMounts(volume("escape").setImageSubPath(path));
            try {
                assertEquals("file\n", pod.shell(pod.start(config), "ls /volume"));
            } catch (StatusRuntimeException e) {
                assertTrue(String.valueOf(e.getMessage()).contains(path), e.toString());
            }
        }
    }

    @Test
    void anImageThatWasNotPulledIsNotFound() {
        assertRefused(
                Status.Code.NOT_FOUND,
                () -> pod().create(pods.idle("main").addMounts(volume("never")).build()),
                "volume-never");
    }

    @Test
    void anImageThatIsRemovedStaysMountedUntilItsContainersGo() throws Exception {
        String id = image("removed", new TarLayer().file("file", "cargo"));
        RunningPod pod = pod();
        String running = pod.start(pods.idle("running").addMounts(volume("removed")));
        String created =
                pod.create(pods.idle("created").addMounts(volume("removed")).build());
        node.client()
                .images()
                .removeImage(RemoveImageRequest.newBuilder()
                        .setImage(ImageSpec.newBuilder().setImage(id))
                        .build());
        pod.startCreated(created);
        assertEquals("cargo", pod.shell(running, "cat /volume/file"));
        assertEquals("cargo", pod.shell(created, "cat /volume/file"));
        assertEquals(id, pod.status(created).getMounts(0).getImage().getImageRef());
    }

    @Test
    @Covers("feature.artifact-volume")
    void anArtifactIsMountedAsItsFiles() throws Exception {
        String id = artifact("artifact", List.of("weights.bin", "docs/readme.txt"), List.of("01234", "read me"));
        RunningPod pod = pod();
        String container = pod.start(pods.idle("main").addMounts(volume("artifact")));
        assertEquals("docs\nweights.bin\n", pod.shell(container, "ls /volume"));
        assertEquals("01234read me", pod.shell(container, "cat /volume/weights.bin /volume/docs/readme.txt"));
        assertNotEquals(0, pod.exec(container, "/bin/touch", "/volume/new").getExitCode());
        assertEquals(id, pod.status(container).getMounts(0).getImage().getImageRef());
        String part = pod.start(pods.idle("part").addMounts(volume("artifact").setImageSubPath("docs")));
        assertEquals("readme.txt\n", pod.shell(part, "ls /volume"));
        assertEquals(id, node.pull(reference("artifact")), "Pulling again gave another id");
    }

    @Test
    @OnlyBerth("CRI does not say what becomes of an artifact")
    void anArtifactWhoseFilesLeadElsewhereIsRefused() {
        for (String title : List.of("../out", "/etc/passwd")) {
            assertThrows(
                    StatusRuntimeException.class, () -> artifact("hostile", List.of(title), List.of("cargo")), title);
        }
    }

    private String artifact(String name, List<String> titles, List<String> contents)
            throws IOException, InterruptedException {
        ObjectNode manifest = JSON.createObjectNode();
        manifest.put("schemaVersion", 2)
                .put("mediaType", OciImage.MANIFEST_TYPE)
                .put("artifactType", "application/x-model");
        RegistryPush push = node.registry().push();
        describe(push, name, "{}", manifest.putObject("config")).put("mediaType", "application/vnd.oci.empty.v1+json");
        ArrayNode layers = manifest.putArray("layers");
        for (int i = 0; i < titles.size(); i++) {
            describe(push, name, contents.get(i), layers.addObject())
                    .put("mediaType", "application/x-model.file")
                    .putObject("annotations")
                    .put("org.opencontainers.image.title", titles.get(i));
        }
        push.putManifest("berth/volume-" + name, "1", OciImage.MANIFEST_TYPE, JSON.writeValueAsBytes(manifest));
        return node.pull(reference(name));
    }

    private static ObjectNode describe(RegistryPush push, String name, String content, ObjectNode into)
            throws IOException, InterruptedException {
        OciImage.Blob blob = OciImage.Blob.of(content.getBytes(StandardCharsets.UTF_8));
        push.pushBlob("berth/volume-" + name, blob);
        return into.put("digest", blob.digest()).put("size", blob.bytes().length);
    }

    private String image(String name, TarLayer... layers) throws IOException, InterruptedException {
        List<byte[]> bytes = List.of(layers).stream().map(TarLayer::toBytes).toList();
        node.registry().push().push("berth/volume-" + name, "1", OciImage.of(bytes, config -> config.put("User", "0")));
        return node.pull(reference(name));
    }

    private static String reference(String name) {
        return TestNode.HOST + "/berth/volume-" + name + ":1";
    }

    private static Mount.Builder volume(String name) {
        return Mount.newBuilder()
                .setContainerPath(AT)
                .setImage(ImageSpec.newBuilder().setImage(reference(name)))
                .setReadonly(true);
    }

    private RunningPod pod() {
        return pods.run(pods.hostNetwork("volumes").build());
    }

    private void refused(Mount.Builder mount, String... words) {
        RunningPod pod = pod();
        assertRefused(
                Status.Code.INVALID_ARGUMENT,
                () -> pod.create(pods.idle("refused").addMounts(mount).build()),
                words);
    }
}
