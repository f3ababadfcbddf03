package dev.berth.image.manifest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.image.failure.ImageFailure;
import java.util.List;
import org.junit.jupiter.api.Test;

class DocumentTest {
    private static final String A = "sha256:" + "a".repeat(64);
    private static final String B = "sha256:" + "b".repeat(64);
    private static final String C = "sha256:" + "c".repeat(64);
    private static final Platform AMD64 = new Platform("linux", "amd64", "");
    private static final Platform ARM64 = new Platform("linux", "arm64", "");

    @Test
    void anOciManifestIsRead() {
        Document.Manifest manifest = assertInstanceOf(
                Document.Manifest.class,
                parse(manifest(MediaTypes.OCI_MANIFEST, MediaTypes.OCI_CONFIG, MediaTypes.OCI_LAYER + "+gzip"), ""));
        assertEquals(A, manifest.config().digest().toString());
        assertEquals(7, manifest.layers().getFirst().size());
    }

    @Test
    void aDockerManifestIsRead() {
        assertInstanceOf(
                Document.Manifest.class,
                parse(
                        manifest(
                                MediaTypes.DOCKER_MANIFEST,
                                MediaTypes.DOCKER_CONFIG,
                                MediaTypes.DOCKER_LAYER + ".gzip"),
                        MediaTypes.DOCKER_MANIFEST + "; charset=utf-8"));
    }

    @Test
    void aManifestWithoutATypeIsKnownByItsFields() {
        assertInstanceOf(
                Document.Manifest.class,
                parse(manifest("", MediaTypes.OCI_CONFIG, MediaTypes.OCI_LAYER), "text/plain"));
        assertInstanceOf(Document.Index.class, parse("{\"schemaVersion\":2,\"manifests\":[]}", "text/plain"));
    }

    @Test
    void theBestPlatformIsChosen() {
        Document.Index index = index(
                entry(A, "linux", "arm64", "v8"), entry(B, "linux", "amd64", "v3"), entry(C, "linux", "amd64", ""));
        assertEquals(C, index.choose(AMD64, "x").digest().toString());
        assertEquals(A, index.choose(ARM64, "x").digest().toString());
    }

    @Test
    void attestationsAreNoPlatform() {
        Document.Index index = index(entry(A, "unknown", "unknown", ""), entry(B, "linux", "amd64", ""));
        assertEquals(B, index.choose(AMD64, "x").digest().toString());
    }

    @Test
    void anEntryThatDoesNotSayIsTakenWhenNothingFits() {
        Document.Index index = index(
                entry(A, "linux", "s390x", ""),
                "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":1}".formatted(MediaTypes.OCI_MANIFEST, B));
        assertEquals(B, index.choose(AMD64, "x").digest().toString());
    }

    @Test
    void aMissingPlatformIsToldWithThoseThereAre() {
        Document.Index index = index(entry(A, "windows", "amd64", ""), entry(B, "linux", "arm", "v7"));
        ImageFailure failure = assertThrows(ImageFailure.class, () -> index.choose(AMD64, "quay.io/x"));
        assertEquals(ImageFailure.Kind.NOT_FOUND, failure.kind());
        assertEquals(
                "quay.io/x has no image for linux/amd64, only for windows/amd64, linux/arm/v7", failure.getMessage());
    }

    @Test
    void whatHasAnotherConfigIsAnArtifactOfFilesNamedByTitleOrDigest() {
        Document.Artifact artifact = assertInstanceOf(
                Document.Artifact.class, parse(artifact(titled(A, "models/a.bin"), titled(B, "")), ""));
        assertEquals(
                List.of("models/a.bin", "b".repeat(64)),
                artifact.files().stream().map(ArtifactFile::path).toList());
        assertEquals(7, artifact.files().getFirst().blob().size());
    }

    @Test
    void aFileOfAnArtifactStaysWithinIt() {
        for (String title : List.of("/etc/passwd", "../x", "a/../../x", "a//b", "a/.", "x".repeat(300))) {
            ImageFailure failure = assertThrows(ImageFailure.class, () -> parse(artifact(titled(A, title)), ""), title);
            assertEquals(ImageFailure.Kind.CORRUPT, failure.kind());
        }
        assertThrows(ImageFailure.class, () -> parse(artifact(titled(A, "x"), titled(B, "x")), ""));
        assertThrows(ImageFailure.class, () -> parse(artifact(), ""));
    }

    @Test
    void anArtifactsConfigNamesEachFileByContentAndPlace() {
        Document.Artifact one = (Document.Artifact) parse(artifact(titled(A, "x"), titled(B, "y")), "");
        Document.Artifact other = (Document.Artifact) parse(artifact(titled(A, "z"), titled(B, "y")), "");
        ImageConfig read = ImageConfig.parse("x", ArtifactConfig.bytes(one, new byte[] {1}));
        ImageConfig again = ImageConfig.parse("x", ArtifactConfig.bytes(other, new byte[] {1}));
        assertEquals(2, read.diffIds().size());
        assertNotEquals(read.diffIds().getFirst(), again.diffIds().getFirst());
        assertEquals(read.diffIds().getLast(), again.diffIds().getLast());
    }

    private static String titled(String digest, String title) {
        String annotations =
                title.isEmpty() ? "" : ",\"annotations\":{\"org.opencontainers.image.title\":\"%s\"}".formatted(title);
        return "{\"mediaType\":\"application/x-model\",\"digest\":\"%s\",\"size\":7%s}".formatted(digest, annotations);
    }

    private static String artifact(String... layers) {
        return "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"artifactType\":\"application/x-model\",\"config\":{\"mediaType\":\"application/vnd.oci.empty.v1+json\",\"digest\":\"%s\",\"size\":2},\"layers\":[%s]}"
                .formatted(MediaTypes.OCI_MANIFEST, C, String.join(",", layers));
    }

    @Test
    void whatIsNoImageIsToldSo() {
        unsupported(
                manifest(MediaTypes.OCI_MANIFEST, MediaTypes.OCI_CONFIG, MediaTypes.OCI_LAYER + "+encrypted"),
                "encrypted");
        unsupported(
                manifest("application/x-thing", MediaTypes.OCI_CONFIG, MediaTypes.OCI_LAYER), "application/x-thing");
        unsupported("{\"schemaVersion\":1,\"name\":\"x\",\"layers\":[]}", "schema version 1");
        unsupported("{\"hello\":1}", "known are OCI manifests");
    }

    private static void unsupported(String json, String why) {
        ImageFailure failure = assertThrows(ImageFailure.class, () -> parse(json, ""));
        assertEquals(ImageFailure.Kind.UNSUPPORTED, failure.kind());
        assertTrue(failure.getMessage().contains(why), failure.getMessage());
    }

    @Test
    void whatIsMalformedIsCorrupt() {
        String both = "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"manifests\":[],\"layers\":[]}"
                .formatted(MediaTypes.OCI_INDEX);
        for (String json : new String[] {
            "",
            "[]",
            "{",
            "{} {}",
            both,
            "{\"layers\":[]}",
            "{\"layers\":7,\"config\":{}}",
            manifest(MediaTypes.OCI_MANIFEST, MediaTypes.OCI_CONFIG, MediaTypes.OCI_LAYER)
                    .replace("bbbb", "../."),
            manifest(MediaTypes.OCI_MANIFEST, MediaTypes.OCI_CONFIG, MediaTypes.OCI_LAYER)
                    .replace(":7", ":-7")
        }) {
            ImageFailure failure = assertThrows(ImageFailure.class, () -> parse(json, ""), json);
            assertEquals(ImageFailure.Kind.CORRUPT, failure.kind(), json);
        }
    }

    @Test
    void aTypeThatContradictsItsHeaderIsCorrupt() {
        String json = manifest(MediaTypes.OCI_MANIFEST, MediaTypes.OCI_CONFIG, MediaTypes.OCI_LAYER);
        ImageFailure failure = assertThrows(ImageFailure.class, () -> parse(json, MediaTypes.OCI_INDEX));
        assertEquals(ImageFailure.Kind.CORRUPT, failure.kind());
    }

    @Test
    void layersAndNestingAreBounded() {
        String layer = "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":1}".formatted(MediaTypes.OCI_LAYER, A);
        String many = manifest(MediaTypes.OCI_MANIFEST, MediaTypes.OCI_CONFIG, MediaTypes.OCI_LAYER)
                .replace("\"layers\":[", "\"layers\":[" + (layer + ",").repeat(500));
        assertThrows(ImageFailure.class, () -> parse(many, ""));
        String deep = "{\"manifests\":" + "[".repeat(5000) + "]".repeat(5000) + "}";
        assertThrows(ImageFailure.class, () -> parse(deep, ""));
    }

    private static Document parse(String json, String type) {
        return Document.parse("x", json.getBytes(UTF_8), type);
    }

    private static Document.Index index(String... entries) {
        String json = "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"manifests\":[%s]}"
                .formatted(MediaTypes.OCI_INDEX, String.join(",", entries));
        return assertInstanceOf(Document.Index.class, parse(json, MediaTypes.OCI_INDEX));
    }

    private static String entry(String digest, String os, String architecture, String variant) {
        return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":1,\"platform\":{\"os\":\"%s\",\"architecture\":\"%s\",\"variant\":\"%s\"}}"
                .formatted(MediaTypes.OCI_MANIFEST, digest, os, architecture, variant);
    }

    private static String manifest(String type, String config, String layer) {
        return "{\"schemaVersion\":2,%s\"config\":{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":3},\"layers\":[{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":7}]}"
                .formatted(type.isEmpty() ? "" : "\"mediaType\":\"" + type + "\",", config, A, layer, B);
    }
}
