package dev.berth.tests.image;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/** A layer of an image as an uncompressed ustar archive that is built in memory; parent folders come by themselves. */
public final class TarLayer {
    private static final int BLOCK = 512;
    private static final int MAX_NAME_BYTES = 100;
    private static final char FILE = '0';
    private static final char HARD_LINK = '1';
    private static final char SYMLINK = '2';
    private static final char DIRECTORY = '5';

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Set<String> names = new HashSet<>();

    public TarLayer directory(String path, int mode) {
        String name = relative(path);
        if (!name.isEmpty() && names.add(name)) {
            parent(name);
            entry(name + "/", DIRECTORY, mode, "", new byte[0]);
        }
        return this;
    }

    public TarLayer file(String path, int mode, byte[] content) {
        String name = relative(path);
        if (names.add(name)) {
            parent(name);
            entry(name, FILE, mode, "", content);
        }
        return this;
    }

    public TarLayer file(String path, String content) {
        return file(path, 0644, content.getBytes(StandardCharsets.UTF_8));
    }

    public TarLayer hardLink(String path, String target) {
        String name = relative(path);
        if (names.add(name)) {
            parent(name);
            entry(name, HARD_LINK, 0755, relative(target), new byte[0]);
        }
        return this;
    }

    public TarLayer symlink(String path, String target) {
        String name = relative(path);
        if (names.add(name)) {
            parent(name);
            entry(name, SYMLINK, 0777, target, new byte[0]);
        }
        return this;
    }

    /** An entry under exactly this name, however wicked, for tests of unpacking. */
    public TarLayer raw(String name, String content) {
        entry(name, FILE, 0644, "", content.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    /** A program of this machine and the libraries that it loads, at the same paths or the program at another one. */
    public TarLayer program(Path source, String path) throws IOException, InterruptedException {
        for (Path library : SharedLibraries.of(source)) {
            file(library.toString(), 0755, Files.readAllBytes(library.toRealPath()));
        }
        return file(path, 0755, Files.readAllBytes(source));
    }

    public byte[] toBytes() {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.writeBytes(out.toByteArray());
        whole.writeBytes(new byte[2 * BLOCK]);
        return whole.toByteArray();
    }

    private void parent(String name) {
        int slash = name.lastIndexOf('/');
        if (slash > 0) {
            directory(name.substring(0, slash), 0755);
        }
    }

    private void entry(String name, char type, int mode, String target, byte[] content) {
        byte[] header = new byte[BLOCK];
        put(header, 0, name);
        put(header, 100, octal(mode, 7));
        put(header, 108, octal(0, 7));
        put(header, 116, octal(0, 7));
        put(header, 124, octal(content.length, 11));
        put(header, 136, octal(0, 11));
        put(header, 148, "        ");
        header[156] = (byte) type;
        put(header, 157, target);
        put(header, 257, "ustar");
        put(header, 263, "00");
        int sum = 0;
        for (byte b : header) {
            sum += b & 0xff;
        }
        put(header, 148, octal(sum, 6) + "\0 ");
        out.writeBytes(header);
        out.writeBytes(content);
        out.writeBytes(new byte[(BLOCK - content.length % BLOCK) % BLOCK]);
    }

    private static void put(byte[] header, int offset, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > MAX_NAME_BYTES) {
            throw new IllegalArgumentException(
                    "The path '%s' is longer than the 100 bytes a ustar header holds".formatted(text));
        }
        System.arraycopy(bytes, 0, header, offset, bytes.length);
    }

    private static String octal(int value, int digits) {
        String text = Integer.toOctalString(value);
        return "%s%s".formatted("0".repeat(digits - text.length()), text).toLowerCase(Locale.ROOT);
    }

    private static String relative(String path) {
        int start = 0;
        while (start < path.length() && path.charAt(start) == '/') {
            start++;
        }
        return path.substring(start);
    }
}
