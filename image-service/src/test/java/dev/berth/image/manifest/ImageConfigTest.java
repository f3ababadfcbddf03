package dev.berth.image.manifest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.berth.image.failure.ImageFailure;
import dev.berth.image.reference.Digest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ImageConfigTest {
    private static final String A = "sha256:" + "a".repeat(64);
    private static final String B = "sha256:" + "b".repeat(64);

    @Test
    void everyFieldThatRunsAContainerIsRead() {
        ImageConfig config = parse("""
                {"os":"linux","architecture":"arm64","variant":"v8","created":"2026-01-01T00:00:00Z",
                 "config":{"Entrypoint":["/bin/sh"],"Cmd":["-c","true"],"Env":["A=b"],"User":"www-data:1004",
                 "WorkingDir":"/srv","StopSignal":"SIGQUIT","Volumes":{"/data":{}},"Labels":{"k":"v"},
                 "ExposedPorts":{"80/tcp":{}},"Healthcheck":{"Test":["NONE"]}},
                 "rootfs":{"type":"layers","diff_ids":["%s","%s"]}}""".formatted(A, B));
        assertEquals(List.of("/bin/sh"), config.entrypoint());
        assertEquals(List.of("-c", "true"), config.cmd());
        assertEquals(List.of("A=b"), config.env());
        assertEquals("www-data:1004", config.user());
        assertEquals("/srv", config.workingDir());
        assertEquals("SIGQUIT", config.stopSignal());
        assertEquals(List.of("/data"), config.volumes());
        assertEquals(Map.of("k", "v"), config.labels());
        assertEquals(List.of("80/tcp"), config.exposedPorts());
        assertEquals("linux/arm64/v8", config.platform().toString());
        assertEquals(2, config.diffIds().size());
    }

    @Test
    void nullsAndAbsentFieldsAreEmpty() {
        ImageConfig config = parse("{\"config\":{\"Entrypoint\":null,\"Env\":null,\"Volumes\":null},\"rootfs\":null}");
        assertEquals(List.of(), config.entrypoint());
        assertEquals(List.of(), config.volumes());
        assertEquals("", config.user());
        assertEquals(List.of(), parse("{}").diffIds());
    }

    @Test
    void aChainIdNamesALayerWithAllBeneath() {
        ImageConfig config = parse("{\"rootfs\":{\"diff_ids\":[\"%s\",\"%s\"]}}".formatted(A, B));
        assertEquals(A, config.chainIds().getFirst().toString());
        assertEquals(Digest.of((A + " " + B).getBytes(UTF_8)), config.chainIds().getLast());
    }

    @Test
    void anotherSystemIsUnsupported() {
        ImageFailure failure = assertThrows(ImageFailure.class, () -> parse("{\"os\":\"windows\"}"));
        assertEquals(ImageFailure.Kind.UNSUPPORTED, failure.kind());
    }

    @Test
    void wrongTypesAreCorrupt() {
        for (String json : new String[] {
            "{\"config\":[]}",
            "{\"config\":{\"Env\":\"A=b\"}}",
            "{\"config\":{\"Cmd\":[1]}}",
            "{\"config\":{\"User\":5}}",
            "{\"rootfs\":{\"diff_ids\":[\"../../etc\"]}}"
        }) {
            ImageFailure failure = assertThrows(ImageFailure.class, () -> parse(json), json);
            assertEquals(ImageFailure.Kind.CORRUPT, failure.kind(), json);
        }
    }

    private static ImageConfig parse(String json) {
        return ImageConfig.parse("x", json.getBytes(UTF_8));
    }
}
