package dev.berth.runtime.kernel;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Names as the kernel has them: any bytes but NUL. UTF-8 becomes text; a byte that is not UTF-8 becomes a lone low surrogate
 * U+DC80..U+DCFF, so that every name survives the way to a String and back.
 */
public final class OsString {
    private static final int ESCAPE = 0xDC00;

    private OsString() {}

    public static String decode(byte[] bytes) {
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        while (in.hasRemaining()) {
            CoderResult result = decoder.decode(in, out, true);
            if (!result.isError()) {
                break;
            }
            for (int i = 0; i < result.length(); i++) {
                out.put((char) (ESCAPE | (in.get() & 0xFF)));
            }
            decoder.reset();
        }
        return out.flip().toString();
    }

    public static byte[] encode(String name) {
        byte[] plain = name.getBytes(StandardCharsets.UTF_8);
        if (name.chars().noneMatch(OsString::isEscape)) {
            return plain;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(plain.length);
        name.codePoints().forEach(point -> {
            if (isEscape(point)) {
                out.write(point & 0xFF);
            } else {
                out.writeBytes(Character.toString(point).getBytes(StandardCharsets.UTF_8));
            }
        });
        return out.toByteArray();
    }

    private static boolean isEscape(int point) {
        return point >= ESCAPE + 0x80 && point <= ESCAPE + 0xFF;
    }
}
