package dev.berth.runtime.user;

import static dev.berth.runtime.testing.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class UserFilesTest {
    @Test
    void theFirstOfTwoEqualNamesOrIdsCounts() {
        Passwd passwd = passwd("a:x:1:1::/one:\na:x:2:2::/two:\nb:x:1:9::/three:\n");
        assertEquals(1, passwd.byName("a").orElseThrow().uid());
        assertEquals("/one", passwd.byUid(1).orElseThrow().home());
    }

    @Test
    void linesThatAreNoUsersAreNoUsers() {
        Passwd passwd = passwd("""
                # comment:x:1:1::/:
                +nis
                short:x:1

                overflow:x:4294967296:0::/:
                huge:x:99999999999999999999999:0::/:
                negative:x:-1:0::/:
                word:x:one:0::/:
                nogid:x:5:::/:
                :x:0:0::/:
                good:x:4294967294:7::/home:/bin/sh""");
        assertEquals(List.of(new Passwd.Entry("good", 4294967294L, 7, "/home")), passwd.entries());
        assertEquals(Optional.empty(), passwd.byName("overflow"));
    }

    @Test
    void groupsNeedNoMembers() {
        Group group = group("none:x:5\nempty:x:6:\ntwo:x:7:a,b\nbad:x:x:a\nhuge:x:4294967295:a\n:x:8:a\n");
        assertEquals(List.of(7L), group.gidsOf("a"));
        assertEquals(5, group.byName("none").orElseThrow().gid());
        assertEquals(Optional.empty(), group.byName("bad"));
        assertEquals(3, group.entries().size());
    }

    @Test
    void filesBeyondTheBoundsAreRefused() {
        byte[] large = new byte[Passwd.MAX_BYTES + 1];
        assertRefused("at most 1048576 are read", () -> Passwd.parse(large));
        assertRefused("/etc/group of the image has 1048577 bytes", () -> Group.parse(large));
        byte[] lines = "\n".repeat(16_385).getBytes(StandardCharsets.UTF_8);
        assertRefused("more than 16384 lines", () -> Passwd.parse(lines));
        assertEquals(List.of(), passwd("\n".repeat(16_384)).entries());
    }

    @Test
    void bytesThatAreNoTextDoNotHideTheNextLine() {
        byte[] bytes = "x\u00ff:x:1:1::/:\nok:x:2:2::/h:\n".getBytes(StandardCharsets.ISO_8859_1);
        assertEquals(2, Passwd.parse(bytes).byName("ok").orElseThrow().uid());
    }

    @Test
    void anImagesUserIsNameOrIdWithOrWithoutGroup() {
        assertEquals(new ImageUser("1002", ""), ImageUser.parse("1002"));
        assertEquals(OptionalLong.of(1002), ImageUser.parse("1002").uid());
        assertEquals("", ImageUser.parse("1002").username());
        assertEquals(new ImageUser("1003", "1004"), ImageUser.parse("1003:1004"));
        assertEquals("www-data", ImageUser.parse("www-data").username());
        assertEquals(OptionalLong.empty(), ImageUser.parse("www-data").uid());
        assertEquals(new ImageUser("name", "group"), ImageUser.parse("name:group"));
        assertEquals(ImageUser.NONE, ImageUser.parse(""));
        assertEquals(OptionalLong.of(7), ImageUser.parse("00000000000007").uid());
    }

    @Test
    void anImagesUserBeyondTheIdsIsRefusedAndNeverAName() {
        assertRefused("4294967296 is not an id", () -> ImageUser.parse("4294967296"));
        assertRefused("4294967295 is not an id", () -> ImageUser.parse("4294967295"));
        assertRefused("99999999999999999999 is not an id", () -> ImageUser.parse("0:99999999999999999999"));
        assertRefused("more than one colon", () -> ImageUser.parse("a:b:c"));
    }

    private static Passwd passwd(String text) {
        return Passwd.parse(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Group group(String text) {
        return Group.parse(text.getBytes(StandardCharsets.UTF_8));
    }
}
