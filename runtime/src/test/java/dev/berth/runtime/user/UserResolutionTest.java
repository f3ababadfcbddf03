package dev.berth.runtime.user;

import static dev.berth.runtime.testing.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class UserResolutionTest {
    private static final byte[] PASSWD = bytes("""
            root:x:0:0:root:/root:/bin/sh
            default-user:x:1000:1000::/home/default-user:/bin/sh
            www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
            nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
            1003:x:0:0:a user whose name is a number:/root:/bin/sh
            """);
    private static final byte[] GROUP = bytes("""
            root:x:0:
            daemon:x:1:root,www-data
            www-data:x:33:
            default-user:x:1000:
            group-defined-in-image:x:50000:default-user
            """);

    @Test
    void mergeAddsTheGroupsThatTheImageGivesItsUser() {
        ResolvedUser user = resolve(new UserRequest(
                1000L, "", null, List.of(1234L), SupplementalGroupsPolicy.MERGE, ImageUser.parse("1000")));
        assertEquals(
                new ResolvedUser(1000, 1000, List.of(1000L, 1234L, 50000L), "/home/default-user", "default-user"),
                user);
    }

    @Test
    void strictLeavesThemOut() {
        ResolvedUser user = resolve(new UserRequest(
                1000L, "", null, List.of(1234L), SupplementalGroupsPolicy.STRICT, ImageUser.parse("1000")));
        assertEquals(List.of(1000L, 1234L), user.additionalGids());
    }

    @Test
    void supplementalGroupsComeOnTopOfRoot() {
        ResolvedUser user = resolve(new UserRequest(
                null, "", null, List.of(5678L, 1234L, 0L), SupplementalGroupsPolicy.STRICT, ImageUser.NONE));
        assertEquals(new ResolvedUser(0, 0, List.of(0L, 1234L, 5678L), "/root", "root"), user);
    }

    @Test
    void aUserWithoutEntryIsInTheRootGroupWithoutHome() {
        assertEquals(
                new ResolvedUser(1001, 0, List.of(0L), "/", ""), resolve(request(1001L, "", null, ImageUser.NONE)));
    }

    @Test
    void aUserIsFoundByName() {
        assertEquals(
                new ResolvedUser(65534, 65534, List.of(65534L), "/nonexistent", "nobody"),
                resolve(request(null, "nobody", null, ImageUser.NONE)));
    }

    @Test
    void runAsGroupReplacesThePrimaryGroupAndComesFirst() {
        ResolvedUser user = resolve(request(1001L, "", 1002L, ImageUser.NONE));
        assertEquals(1002, user.gid());
        assertEquals(List.of(1002L), user.additionalGids());
        assertEquals(
                List.of(60000L, 1L),
                resolve(request(null, "www-data", 60000L, ImageUser.NONE)).additionalGids());
    }

    @Test
    void theImageDecidesWhenTheRequestDoesNot() {
        assertEquals(1002, resolve(image("1002")).uid());
        assertEquals(33, resolve(image("www-data")).gid());
        assertEquals(new ResolvedUser(1009, 1004, List.of(1004L), "/", ""), resolve(image("1009:1004")));
        assertEquals(1, resolve(image("www-data:daemon")).gid());
        assertEquals(0, resolve(image("")).uid());
        assertEquals(33, resolve(image(":www-data")).gid());
    }

    @Test
    void aRequestForTheImagesOwnUserKeepsTheImagesGroup() {
        assertEquals(
                1004,
                resolve(request(1009L, "", null, ImageUser.parse("1009:1004"))).gid());
        assertEquals(
                1,
                resolve(request(null, "www-data", null, ImageUser.parse("www-data:daemon")))
                        .gid());
        assertEquals(
                0,
                resolve(request(1008L, "", null, ImageUser.parse("1009:1004"))).gid());
        assertEquals(
                7, resolve(request(1009L, "", 7L, ImageUser.parse("1009:1004"))).gid());
    }

    @Test
    void digitsAreAlwaysAnId() {
        assertEquals(1003, resolve(image("1003")).uid());
        assertEquals(1003, resolve(request(null, "1003", null, ImageUser.NONE)).uid());
        assertEquals(1003, resolve(request(1003L, "", null, ImageUser.NONE)).uid());
    }

    @Test
    void idsBeyondTheKernelsAreRefused() {
        assertFailure(
                "run_as_user 4294967295 is not an id; ids are 0 to 4294967294",
                request(4294967295L, "", null, ImageUser.NONE));
        assertFailure("run_as_user -1 is not an id", request(-1L, "", null, ImageUser.NONE));
        assertFailure("run_as_group 4294967296 is not an id", request(0L, "", 4294967296L, ImageUser.NONE));
        assertFailure(
                "supplemental group -5 is not an id",
                new UserRequest(null, "", null, List.of(-5L), SupplementalGroupsPolicy.MERGE, ImageUser.NONE));
        assertFailure(
                "user 99999999999999999999 is not an id", request(null, "99999999999999999999", null, ImageUser.NONE));
        assertEquals(
                4294967294L,
                resolve(request(4294967294L, "", null, ImageUser.NONE)).uid());
    }

    @Test
    void runAsGroupNeedsAUser() {
        assertFailure(
                "run_as_group 1002 is set without run_as_user or run_as_username",
                request(null, "", 1002L, ImageUser.parse("1000")));
    }

    @Test
    void aUserIsGivenByIdOrByNameNotBoth() {
        assertFailure("are both set", request(1L, "nobody", null, ImageUser.NONE));
    }

    @Test
    void namesThatTheImageLacksAreRefused() {
        assertFailure("user \"ghost\" is not in the image's /etc/passwd", request(null, "ghost", null, ImageUser.NONE));
        assertFailure("user \"ghost\" is not in the image's /etc/passwd", image("ghost"));
        assertFailure("group \"ghosts\" is not in its /etc/group", image("root:ghosts"));
    }

    @Test
    void anImageWithoutFilesStillRunsByNumber() {
        ResolvedUser user = UserResolution.resolve(image("12:34"), new byte[0], new byte[0]);
        assertEquals(new ResolvedUser(12, 34, List.of(34L), "/", ""), user);
    }

    private static void assertFailure(String expected, UserRequest request) {
        assertRefused(expected, () -> resolve(request));
    }

    private static UserRequest image(String user) {
        return UserRequest.ofImage(ImageUser.parse(user));
    }

    private static UserRequest request(@Nullable Long uid, String name, @Nullable Long gid, ImageUser image) {
        return new UserRequest(uid, name, gid, List.of(), SupplementalGroupsPolicy.MERGE, image);
    }

    private static ResolvedUser resolve(UserRequest request) {
        return UserResolution.resolve(request, PASSWD, GROUP);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
