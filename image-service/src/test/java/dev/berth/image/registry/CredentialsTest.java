package dev.berth.image.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.image.failure.ImageFailure;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class CredentialsTest {
    @Test
    void everyFormIsUnderstood() {
        assertEquals(new Secret.Basic("u", "p"), Credentials.basic("u", "p").secret());
        assertEquals(new Secret.Basic("u", "p:q"), auth("u:p:q").secret());
        assertEquals(new Secret.Basic("u", "p"), auth("u:p\0\0").secret());
        assertEquals(new Secret.IdentityToken("i"), new Credentials("u", "p", "", "i", "", "").secret());
        assertEquals(new Secret.RegistryToken("r"), new Credentials("u", "p", "", "i", "r", "").secret());
        assertEquals(new Secret.Anonymous(), new Credentials("", "", "", "", "", "x").secret());
    }

    @Test
    void aBrokenAuthFieldIsDenied() {
        assertThrows(ImageFailure.class, () -> new Credentials("", "", "%%%", "", "", "").secret());
        assertThrows(ImageFailure.class, () -> auth("nocolon").secret());
    }

    @Test
    void theyGoToTheirOwnRegistryOnly() {
        Credentials unbound = Credentials.basic("u", "p");
        assertTrue(unbound.isFor("quay.io", true));
        assertFalse(unbound.isFor("mirror.example", false));
        Credentials bound = new Credentials("u", "p", "", "", "", "https://index.docker.io/v1/");
        assertTrue(bound.isFor("registry-1.docker.io", true));
        assertFalse(bound.isFor("quay.io", true));
        Credentials mirror = new Credentials("u", "p", "", "", "", "mirror.example:5000");
        assertTrue(mirror.isFor("mirror.example:5000", false));
        assertFalse(mirror.isFor("mirror.example", false));
    }

    @Test
    void secretsAreNotPrinted() {
        Credentials all = new Credentials("user", "pass1", "auth1", "ident1", "reg1", "");
        assertFalse(all.toString().matches(".*(pass1|auth1|ident1|reg1).*"));
        assertFalse(new Secret.Basic("u", "pass1").toString().contains("pass1"));
    }

    @Test
    void dockersFileIsSearchedByHostAndPath() {
        DockerConfig config =
                DockerConfig.parse("""
                {"auths":{
                  "https://index.docker.io/v1/":{"auth":"%s"},
                  "quay.io":{"username":"plain","password":"p"},
                  "quay.io/team":{"identitytoken":"t"},
                  "reg.example:5000":{"registrytoken":"r"}},
                 "credsStore":"desktop"}""".formatted(Base64.getEncoder().encodeToString("hub:p".getBytes(UTF_8)))
                        .getBytes(UTF_8));
        assertEquals(new Secret.Basic("hub", "p"), secret(config, "registry-1.docker.io", "library/busybox"));
        assertEquals(new Secret.Basic("plain", "p"), secret(config, "quay.io", "teamwork/app"));
        assertEquals(new Secret.IdentityToken("t"), secret(config, "quay.io", "team/app"));
        assertEquals(new Secret.RegistryToken("r"), secret(config, "reg.example:5000", "a"));
        assertNull(config.find("reg.example", "a"));
    }

    @Test
    void aMissingFileHoldsNothing() {
        assertNull(DockerConfig.read(Path.of("/nonexistent/config.json")).find("quay.io", "a"));
        assertNull(DockerConfig.read(null).find("quay.io", "a"));
    }

    private static Secret secret(DockerConfig config, String host, String path) {
        Credentials found = config.find(host, path);
        assertNotNull(found);
        return found.secret();
    }

    private static Credentials auth(String text) {
        return new Credentials("", "", Base64.getEncoder().encodeToString(text.getBytes(UTF_8)), "", "", "");
    }
}
