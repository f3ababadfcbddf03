package dev.berth.image.reference;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.image.failure.ImageFailure;
import org.junit.jupiter.api.Test;

class DigestTest {
    @Test
    void contentIsNamedByItsSum() {
        Digest digest = Digest.of("hello".getBytes(UTF_8));
        assertEquals("sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824", digest.toString());
        assertTrue(digest.names("hello".getBytes(UTF_8)));
        assertFalse(digest.names("hello!".getBytes(UTF_8)));
        assertEquals(digest, Digest.parse(digest.toString()));
    }

    @Test
    void sha512IsKnown() {
        Digest empty = Digest.parse("sha512:cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
                + "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e");
        assertTrue(empty.names(new byte[0]));
    }

    @Test
    void anythingElseIsNoDigest() {
        for (String text :
                new String[] {"", "sha256:", "sha256:ABCD", "sha1:" + "a".repeat(40), "sha256:" + "a".repeat(65)}) {
            assertFalse(Digest.isDigest(text), text);
            assertThrows(ImageFailure.class, () -> Digest.parse(text));
        }
    }
}
