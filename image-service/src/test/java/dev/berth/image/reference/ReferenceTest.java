package dev.berth.image.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.image.failure.ImageFailure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReferenceTest {
    private static final String SHA = "sha256:" + "0123456789abcdef".repeat(4);

    @ParameterizedTest
    @CsvSource({
        "busybox, docker.io/library/busybox:latest",
        "busybox:1.36, docker.io/library/busybox:1.36",
        "me/app, docker.io/me/app:latest",
        "docker.io/busybox, docker.io/library/busybox:latest",
        "index.docker.io/library/busybox, docker.io/library/busybox:latest",
        "localhost/app, localhost/app:latest",
        "localhost:5000/app:v1, localhost:5000/app:v1",
        "127.0.0.1:5000/a/b/c, 127.0.0.1:5000/a/b/c:latest",
        "[::1]:5000/app, [::1]:5000/app:latest",
        "registry.k8s.io/e2e-test-images/busybox:1.29-2, registry.k8s.io/e2e-test-images/busybox:1.29-2",
        "Host/app, Host/app:latest",
        "a.b/c__d/e-f/g---h:T_.-1, a.b/c__d/e-f/g---h:T_.-1"
    })
    void whatPeopleWriteIsMadeFull(String text, String full) {
        assertEquals(full, Reference.parse(text).toString());
    }

    @Test
    void aDigestLeavesNoDefaultTag() {
        Reference reference = Reference.parse("quay.io/a/b@" + SHA);
        assertNull(reference.tag());
        assertNull(reference.repoTag());
        assertEquals(SHA, reference.wanted());
        assertEquals("quay.io/a/b@" + SHA, reference.toString());
    }

    @Test
    void aTagBesideADigestIsOnlyForPeople() {
        Reference reference = Reference.parse("quay.io/a/b:1.0@" + SHA);
        assertEquals("1.0", reference.tag());
        assertNull(reference.repoTag());
        assertEquals(SHA, reference.wanted());
    }

    @Test
    void aTagIsARepoTag() {
        assertEquals("docker.io/library/busybox:1", Reference.parse("busybox:1").repoTag());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | is empty",
                "Busybox | lower-case",
                "a/B/c | lower-case",
                "x/a..b | not part of a repository name",
                "a//b | not part of a repository name",
                "/a | not part of a repository name",
                "a/ | not part of a repository name",
                "a/b- | not part of a repository name",
                "../etc/passwd | not a host",
                "host.example/ | it has no repository",
                "app:-x | not a tag",
                "app: | not a tag",
                "app:a b | not a tag",
                "app@sha256:1234 | not a digest",
                "app@ | not a digest",
                "app@md5:d41d8cd98f00b204e9800998ecf8427e | not a digest",
                "host:0/app | not a port",
                "host:70000/app | not a port",
                "ho_st.x/app | not a host",
                "a b | not part of a repository name"
            })
    void whatIsWrongIsSaid(String text, String why) {
        ImageFailure failure = assertThrows(ImageFailure.class, () -> Reference.parse(text));
        assertEquals(ImageFailure.Kind.INVALID_REFERENCE, failure.kind());
        assertTrue(failure.getMessage().contains(why), failure.getMessage());
    }

    @Test
    void anIdIsNoName() {
        assertThrows(ImageFailure.class, () -> Reference.parse("0123456789abcdef".repeat(4)));
    }

    @Test
    void lengthsAreBounded() {
        String name = "a.b/" + "x".repeat(251);
        assertEquals(name + ":latest", Reference.parse(name).toString());
        assertThrows(ImageFailure.class, () -> Reference.parse(name + "x"));
        assertThrows(ImageFailure.class, () -> Reference.parse("x".repeat(100_000)));
        assertEquals("t".repeat(128), Reference.parse("a:" + "t".repeat(128)).tag());
        assertThrows(ImageFailure.class, () -> Reference.parse("a:" + "t".repeat(129)));
    }

    @Test
    void aFailureShowsNoMoreOfALongTextThanOneCanRead() {
        ImageFailure failure = assertThrows(ImageFailure.class, () -> Reference.parse("x".repeat(100_000)));
        assertTrue(failure.getMessage().length() < 1000);
    }
}
