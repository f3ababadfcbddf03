package dev.berth.image.layer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.image.Tars;
import dev.berth.image.failure.ImageFailure;
import dev.berth.image.reference.Digest;
import dev.berth.runtime.kernel.Fd;
import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.LinuxKernel;
import dev.berth.runtime.kernel.Stat;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnpackTest {
    private static final Kernel KERNEL = new LinuxKernel();
    private static final byte[] CAPABILITY = {1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};

    @TempDir
    Path dir;

    private Path root;
    private Path outside;

    @BeforeEach
    void makeDirectories() throws Exception {
        root = Files.createDirectory(dir.resolve("fs"));
        outside = Files.createDirectory(dir.resolve("outside"));
        Files.writeString(outside.resolve("secret"), "secret");
    }

    @AfterEach
    void nothingOutsideChanged() throws Exception {
        assertEquals("secret", Files.readString(outside.resolve("secret")));
        try (Stream<Path> names = Files.list(outside)) {
            assertEquals(1, names.count());
        }
        // JUnit's own cleanup is afraid of links that point elsewhere.
        try (Fd top = open(dir)) {
            Tree.remove(KERNEL, top.number(), top.number(), "fs");
        }
    }

    @Test
    void filesGetContentOwnerModeAndTime() throws Exception {
        unpack(new Tars()
                .with(0755, 0, 0)
                .directory("bin")
                .with(04755, 5, 6)
                .pax("mtime", "1234567890.5")
                .file("bin/su", "content"));
        assertEquals("content", Files.readString(root.resolve("bin/su")));
        assertEquals(04755, mode("bin/su"));
        assertEquals(5, attribute("bin/su", "uid"));
        assertEquals(6, attribute("bin/su", "gid"));
        assertEquals(
                1234567890500L,
                Files.getLastModifiedTime(root.resolve("bin/su")).toMillis());
    }

    @Test
    void directoriesGetTheirTimeAndModeAtTheEnd() throws Exception {
        unpack(new Tars()
                .with(0555, 7, 8)
                .at(500)
                .directory("d/")
                .with(0644, 0, 0)
                .file("d/file", "x"));
        assertEquals(0555, mode("d"));
        assertEquals(7, attribute("d", "uid"));
        assertEquals(500_000, Files.getLastModifiedTime(root.resolve("d")).toMillis());
        assertEquals(0, attribute("d/file", "gid"));
    }

    @Test
    void aSetgidDirectoryDoesNotLendItsGroup() throws Exception {
        unpack(new Tars()
                .with(02775, 0, 50)
                .directory("d")
                .with(0644, 0, 0)
                .file("d/f", "x")
                .directory("d/sub"));
        assertEquals(02775, mode("d"));
        assertEquals(0, attribute("d/f", "gid"));
        assertEquals(0644, mode("d/sub"));
    }

    @Test
    void theRootHasAnEntryToo() throws Exception {
        unpack(new Tars()
                .with(01777, 3, 4)
                .at(700)
                .directory("./")
                .with(0644, 0, 0)
                .file("./f", "x"));
        assertEquals(01777, mode(""));
        assertEquals(3, attribute("", "uid"));
        assertEquals(700_000, Files.getLastModifiedTime(root).toMillis());
    }

    @Test
    void everyKindOfFileIsMade() throws Exception {
        unpack(new Tars()
                .file("a", "x")
                .hardLink("b", "a")
                .with(0777, 9, 9)
                .symlink("c", "/nowhere")
                .with(0620, 1, 5)
                .device('3', "null", 1, 3)
                .device('4', "sda", 8, 1)
                .entry('6', "fifo", "", new byte[0]));
        assertEquals(attribute("a", "ino"), attribute("b", "ino"));
        assertEquals("/nowhere", Files.readSymbolicLink(root.resolve("c")).toString());
        assertEquals(9, attribute("c", "uid"));
        Stat device = stat("null");
        assertEquals(Stat.S_IFCHR | 0620, device.mode());
        assertEquals((1 << 8) | 3, device.rdev());
        assertEquals(5, device.gid());
        assertEquals(Stat.S_IFBLK | 0620, stat("sda").mode());
        assertEquals(Stat.S_IFIFO | 0620, stat("fifo").mode());
    }

    @Test
    void extendedAttributesAreKeptExceptThoseOfTheHost() throws Exception {
        String capability = new String(CAPABILITY, UTF_8);
        unpack(new Tars()
                .pax(
                        "SCHILY.xattr.security.capability", capability,
                        "SCHILY.xattr.trusted.overlay.redirect", "/etc",
                        "SCHILY.xattr.user.overlay.opaque", "y",
                        "SCHILY.xattr.security.selinux", "x",
                        "SCHILY.xattr.user.mine", "v")
                .with(0755, 3, 0)
                .file("f", "x"));
        try (Fd file = new Fd(KERNEL, KERNEL.openat(Kernel.AT_FDCWD, root + "/f", 0, 0))) {
            assertArrayEquals(CAPABILITY, KERNEL.fgetxattr(file.number(), "security.capability"));
            assertArrayEquals("v".getBytes(UTF_8), KERNEL.fgetxattr(file.number(), "user.mine"));
            assertEquals(0, KERNEL.fgetxattr(file.number(), "trusted.overlay.redirect").length);
            assertEquals(0, KERNEL.fgetxattr(file.number(), "user.overlay.opaque").length);
            assertFalse(new String(KERNEL.fgetxattr(file.number(), "security.selinux"), UTF_8).equals("x"));
        }
    }

    @Test
    void whiteoutsBecomeWhatOverlayKnows() throws Exception {
        Unpacked unpacked = unpack(new Tars()
                .file("etc/.wh.gone", "")
                .directory("var")
                .file("var/.wh..wh..opq", "")
                .file("var/kept", "x")
                .file(".wh..wh.plnk", ""));
        assertTrue(Overlay.isWhiteout(stat("etc/gone")));
        try (Fd var = open(root.resolve("var"));
                Fd etc = open(root.resolve("etc"))) {
            assertTrue(Overlay.isOpaque(KERNEL, var.number()));
            assertFalse(Overlay.isOpaque(KERNEL, etc.number()));
        }
        assertEquals("x", Files.readString(root.resolve("var/kept")));
        assertEquals(List.of("etc"), unpacked.impliedDirectories());
        try (Stream<Path> names = Files.list(root)) {
            assertEquals(
                    List.of("etc", "var"),
                    names.map(path -> path.getFileName().toString()).sorted().toList());
        }
    }

    @Test
    void aWhiteoutHidesOnlyWhatIsBelow() throws Exception {
        unpack(new Tars()
                .file("a", "kept")
                .file(".wh.a", "")
                .file(".wh.b", "")
                .file("b", "kept")
                .file(".wh.d", "")
                .directory("d")
                .directory("e")
                .file(".wh.e", "")
                .file(".wh.f", "")
                .file("f/inside", "kept"));
        assertEquals("kept", Files.readString(root.resolve("a")));
        assertEquals("kept", Files.readString(root.resolve("b")));
        assertEquals("kept", Files.readString(root.resolve("f/inside")));
        for (String name : List.of("d", "e", "f")) {
            try (Fd directory = open(root.resolve(name))) {
                assertTrue(Overlay.isOpaque(KERNEL, directory.number()), name);
            }
        }
    }

    @Test
    void laterEntriesReplaceEarlierOnes() throws Exception {
        unpack(new Tars()
                .file("a", "old")
                .file("a", "new")
                .directory("b")
                .file("b/child", "x")
                .file("b", "now a file")
                .symlink("c", "a")
                .file("c", "not through the link")
                .file("d", "x")
                .directory("d")
                .symlink("e", "b")
                .directory("e")
                .with(0700, 0, 0)
                .directory("e"));
        assertEquals("not through the link", Files.readString(root.resolve("c")));
        assertEquals("new", Files.readString(root.resolve("a")));
        assertEquals("now a file", Files.readString(root.resolve("b")));
        assertTrue(Files.isDirectory(root.resolve("d"), LinkOption.NOFOLLOW_LINKS));
        assertTrue(Files.isDirectory(root.resolve("e"), LinkOption.NOFOLLOW_LINKS));
        assertEquals(0700, mode("e"));
    }

    @Test
    void manyDirectoriesAreMoreThanAreKeptOpen() throws Exception {
        Tars tars = new Tars();
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 40; i++) {
                tars.file("d%d/e/f%d".formatted(i, round), "x");
            }
        }
        Unpacked unpacked = unpack(tars);
        assertEquals(80, unpacked.impliedDirectories().size());
        assertEquals(200, unpacked.inodes());
        assertEquals(200 * 4096, unpacked.bytes());
        assertEquals("x", Files.readString(root.resolve("d39/e/f2")));
    }

    @Test
    void linksToDirectoriesLeadNowhereElse() throws Exception {
        unpack(new Tars()
                .symlink("abs", outside.toString())
                .symlink("up", "../../outside")
                .directory("real")
                .symlink("in", "/real")
                .file("in/f", "x")
                .file("up2/x", "x"));
        assertEquals("x", Files.readString(root.resolve("real/f")));
        // An absolute link counts from the layer's root, where that path does not exist.
        fails(new Tars().symlink("abs", outside.toString()).file("abs/secret", "changed"), "not a directory");
        fails(new Tars().symlink("up", "../outside").file("up/secret", "changed"), "not a directory");
        fails(new Tars().symlink("p", "/proc/self/root").file("p/tmp/x", "x"), "not a directory");
    }

    @Test
    void dotDotIsRefused() throws Exception {
        fails(new Tars().file("../outside/secret", "changed"), "tries to leave");
        fails(new Tars().file("a/../../outside/secret", "changed"), "tries to leave");
        fails(new Tars().directory(".."), "tries to leave");
        fails(new Tars().hardLink("mine", "../outside/secret"), "tries to leave");
        fails(new Tars().file("a/.wh...", ""), "names no file");
        fails(new Tars().file(".wh.", ""), "names no file");
        fails(new Tars().file(".wh..", ""), "names no file");
    }

    @Test
    void absoluteNamesCountFromTheRoot() throws Exception {
        unpack(new Tars().file("/etc/passwd", "mine").file("//x//./y", "z"));
        assertEquals("mine", Files.readString(root.resolve("etc/passwd")));
        assertEquals("z", Files.readString(root.resolve("x/y")));
    }

    @Test
    void hardLinksReachOnlyFilesOfTheLayer() throws Exception {
        fails(new Tars().hardLink("mine", outside.resolve("secret").toString()), "no file of this layer");
        fails(new Tars().symlink("l", outside.toString()).hardLink("mine", "l/secret"), "no file of this layer");
        fails(new Tars().hardLink("a", "missing"), "no file of this layer");
        fails(new Tars().directory("d").hardLink("a", "d"), "no file of this layer");
        // A link to a link is a second name of the link itself.
        unpack(new Tars()
                .symlink("l", outside.resolve("secret").toString())
                .hardLink("m", "l")
                .hardLink("m", "m"));
        assertTrue(Files.isSymbolicLink(root.resolve("m")));
    }

    @Test
    void entriesBeneathAFileAreRefused() throws Exception {
        fails(new Tars().file("a", "x").file("a/b", "x"), "not a directory");
        fails(new Tars().symlink("loop", "loop").file("loop/b", "x"), "loop");
        fails(new Tars().symlink("/", "elsewhere"), "stands for the root");
        fails(new Tars().pax("path", "x".repeat(300)).file("n", ""), "name of more than 255");
        fails(new Tars().pax("path", "ö".repeat(200)).file("n", ""), "cannot be unpacked");
    }

    @Test
    void namesOfAnyBytesSurvive() throws Exception {
        Tars tars = new Tars();
        byte[] header = tars.header('0', "name", "", 0);
        header[0] = (byte) 0xFF;
        header[1] = 'x';
        unpack(tars.raw(Tars.summed(header)));
        try (Fd directory = open(root)) {
            assertEquals(List.of("\uDCFFxme"), KERNEL.getdents(directory.number()));
        }
    }

    @Test
    void treesOfAnyDepthAreRemoved() throws Exception {
        Tars tars = new Tars();
        for (int i = 0; i < 20; i++) {
            tars.pax("path", "l/" + "d/".repeat(60) + "f").file("f", "x");
            tars.symlink("next", "l/" + "d/".repeat(60));
            tars.pax("path", "next/" + "d/".repeat(100) + "f").file("f", "x");
        }
        unpack(tars);
        try (Fd top = open(dir)) {
            Tree.remove(KERNEL, top.number(), top.number(), "fs");
            assertEquals(List.of("outside"), KERNEL.getdents(top.number()));
        }
    }

    @Test
    void aWrongDigestIsToldWhateverElseIsWrong() throws Exception {
        byte[] plain = new Tars().file("a", "x").bytes();
        Digest other = Digest.of("other".getBytes(UTF_8));
        for (byte[] served :
                List.of(plain, Tars.gzip(plain), "garbage, no tar at all".getBytes(UTF_8), new byte[700])) {
            ImageFailure failure = assertThrows(
                    ImageFailure.class,
                    () -> unpack(new LayerStream(new ByteArrayInputStream(served), other, Digest.of(plain), _ -> {})));
            assertEquals(ImageFailure.Kind.CORRUPT, failure.kind());
            assertTrue(failure.getMessage().contains("should be " + other), failure.getMessage());
        }
    }

    @Test
    void aWrongDiffIdIsCorrupt() throws Exception {
        byte[] plain = new Tars().file("a", "x").bytes();
        byte[] served = Tars.gzip(plain);
        Digest other = Digest.of("other".getBytes(UTF_8));
        ImageFailure failure = assertThrows(
                ImageFailure.class,
                () -> unpack(new LayerStream(new ByteArrayInputStream(served), Digest.of(served), other, _ -> {})));
        assertTrue(failure.getMessage().startsWith("the uncompressed layer"), failure.getMessage());
    }

    @Test
    void whatFollowsTheArchiveCountsForTheDigest() throws Exception {
        byte[] plain = new Tars()
                .file("a", "x")
                .raw(new byte[1024])
                .raw(new byte[20_000])
                .bytes();
        byte[] served = Tars.gzip(plain);
        unpack(new LayerStream(new ByteArrayInputStream(served), Digest.of(served), Digest.of(plain), _ -> {}));
        assertEquals("x", Files.readString(root.resolve("a")));
    }

    private Unpacked unpack(Tars tars) {
        byte[] bytes = tars.bytes();
        return unpack(new LayerStream(new ByteArrayInputStream(bytes), null, Digest.of(bytes), _ -> {}));
    }

    private Unpacked unpack(LayerStream layer) {
        try (Fd scratch = open(dir);
                Fd files = open(root)) {
            return layer.unpackInto(KERNEL, scratch.number(), files.number());
        }
    }

    private void fails(Tars tars, String why) throws IOException {
        try (Fd scratch = open(dir)) {
            Tree.remove(KERNEL, scratch.number(), scratch.number(), "fs");
        }
        Files.createDirectory(root);
        ImageFailure failure = assertThrows(ImageFailure.class, () -> unpack(tars));
        assertEquals(ImageFailure.Kind.CORRUPT, failure.kind(), failure.getMessage());
        assertTrue(failure.getMessage().contains(why), failure.getMessage());
    }

    private static Fd open(Path path) {
        return new Fd(KERNEL, KERNEL.openat(Kernel.AT_FDCWD, path.toString(), Kernel.O_RDONLY | Kernel.O_DIRECTORY, 0));
    }

    private Stat stat(String name) {
        return KERNEL.fstatat(Kernel.AT_FDCWD, root + "/" + name, Kernel.AT_SYMLINK_NOFOLLOW);
    }

    private int mode(String name) {
        return stat(name).mode() & 07777;
    }

    private long attribute(String name, String attribute) throws IOException {
        Object value = Files.getAttribute(root.resolve(name), "unix:" + attribute, LinkOption.NOFOLLOW_LINKS);
        return ((Number) value).longValue();
    }
}
