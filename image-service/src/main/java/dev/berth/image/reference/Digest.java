package dev.berth.image.reference;

import dev.berth.image.failure.ImageFailure;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name that content has from its own bytes, as {@code sha256:<hex>}.
 *
 * @param algorithm sha256 or sha512
 * @param hex lower-case, 64 or 128 digits
 */
public record Digest(String algorithm, String hex) {
    private static final Pattern FORM = Pattern.compile("(sha256):([0-9a-f]{64})|(sha512):([0-9a-f]{128})");

    /** Parses {@code algorithm:hex}; anything else is INVALID_REFERENCE. */
    public static Digest parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new ImageFailure(
                    ImageFailure.Kind.INVALID_REFERENCE,
                    "\"%s\" is not a digest: it would be sha256: and 64 lower-case hex digits, or sha512: and 128"
                            .formatted(shortened(text)));
        }
        return matcher.group(1) != null
                ? new Digest(matcher.group(1), matcher.group(2))
                : new Digest(matcher.group(3), matcher.group(4));
    }

    public static boolean isDigest(String text) {
        return FORM.matcher(text).matches();
    }

    /** The sha256 digest of bytes. */
    public static Digest of(byte[] content) {
        return of("sha256", newMessageDigest("sha256").digest(content));
    }

    public static Digest of(String algorithm, byte[] sum) {
        return new Digest(algorithm, HexFormat.of().formatHex(sum));
    }

    /** Whether these bytes are the content that this digest names. */
    public boolean names(byte[] content) {
        return equals(of(algorithm, newMessageDigest().digest(content)));
    }

    /** A fresh computation of this digest's algorithm. */
    public MessageDigest newMessageDigest() {
        return newMessageDigest(algorithm);
    }

    private static MessageDigest newMessageDigest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm.equals("sha512") ? "SHA-512" : "SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has " + algorithm, e);
        }
    }

    private static String shortened(String text) {
        return text.length() <= 200 ? text : text.substring(0, 200) + "...";
    }

    @Override
    public String toString() {
        return algorithm + ":" + hex;
    }
}
