package dev.berth.runtime.user;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** Decides who a container runs as, from the CRI request, the image's configuration and the image's own user files. */
public final class UserResolution {
    private static final String ROOT = "0";

    private final UserRequest request;
    private final Passwd passwd;
    private final Group group;

    private UserResolution(UserRequest request, Passwd passwd, Group group) {
        this.request = request;
        this.passwd = passwd;
        this.group = group;
    }

    /**
     * Resolves a request.
     *
     * @param passwd the bytes of the image's {@code /etc/passwd}, empty when it has none
     * @param group the bytes of the image's {@code /etc/group}, empty when it has none
     * @throws IllegalArgumentException when the request contradicts itself, an id is out of range or a name is not in the files
     */
    public static ResolvedUser resolve(UserRequest request, byte[] passwd, byte[] group) {
        check(request);
        return new UserResolution(request, Passwd.parse(passwd), Group.parse(group)).resolve();
    }

    private static void check(UserRequest request) {
        if (request.runAsUser() != null) {
            UnixId.check("run_as_user", request.runAsUser());
        }
        if (request.runAsGroup() != null) {
            UnixId.check("run_as_group", request.runAsGroup());
        }
        request.supplementalGroups().forEach(gid -> UnixId.check("supplemental group", gid));
        boolean named = !request.runAsUsername().isEmpty();
        if (request.runAsUser() != null && named) {
            throw new IllegalArgumentException("run_as_user %d and run_as_username \"%s\" are both set; set one of them"
                    .formatted(request.runAsUser(), request.runAsUsername()));
        }
        if (request.runAsGroup() != null && request.runAsUser() == null && !named) {
            throw new IllegalArgumentException(
                    "run_as_group %d is set without run_as_user or run_as_username; set one of these as well"
                            .formatted(request.runAsGroup()));
        }
    }

    private ResolvedUser resolve() {
        String wanted = wantedUser();
        Optional<Passwd.Entry> entry = entry(wanted);
        long uid = entry.map(Passwd.Entry::uid).orElseGet(() -> UnixId.parse("user", wanted));
        long gid = gid(wanted, entry);
        String username = entry.map(Passwd.Entry::name).orElse("");
        String home = entry.map(Passwd.Entry::home)
                .filter(path -> path.startsWith("/"))
                .orElse("/");
        return new ResolvedUser(uid, gid, groups(gid, username), home, username);
    }

    private String wantedUser() {
        if (request.runAsUser() != null) {
            return Long.toString(request.runAsUser());
        }
        if (!request.runAsUsername().isEmpty()) {
            return request.runAsUsername();
        }
        return imageUser();
    }

    private Optional<Passwd.Entry> entry(String user) {
        if (UnixId.isNumeric(user)) {
            return passwd.byUid(UnixId.parse("user", user));
        }
        Optional<Passwd.Entry> entry = passwd.byName(user);
        if (entry.isEmpty()) {
            throw new IllegalArgumentException(
                    "user \"%s\" is not in the image's /etc/passwd; use a name from there or a number".formatted(user));
        }
        return entry;
    }

    private long gid(String wanted, Optional<Passwd.Entry> entry) {
        if (request.runAsGroup() != null) {
            return request.runAsGroup();
        }
        String imageGroup = imageGroup(wanted);
        if (imageGroup.isEmpty()) {
            return entry.map(Passwd.Entry::gid).orElse(0L);
        }
        if (UnixId.isNumeric(imageGroup)) {
            return UnixId.parse("the image's group", imageGroup);
        }
        return group.byName(imageGroup)
                .map(Group.Entry::gid)
                .orElseThrow(() -> new IllegalArgumentException(
                        "the image's group \"%s\" is not in its /etc/group; use a name from there or a number"
                                .formatted(imageGroup)));
    }

    /**
     * The image's group, as long as the container runs as the image's user. The kubelet repeats the image's user in the request but has
     * no way to repeat its group, so a request for the same user keeps it.
     */
    private String imageGroup(String wanted) {
        return isSameUser(wanted, imageUser()) ? request.imageUser().group() : "";
    }

    private static boolean isSameUser(String one, String other) {
        if (UnixId.isNumeric(one) && UnixId.isNumeric(other)) {
            return UnixId.parse("user", one) == UnixId.parse("user", other);
        }
        return one.equals(other);
    }

    private String imageUser() {
        String user = request.imageUser().user();
        return user.isEmpty() ? ROOT : user;
    }

    private List<Long> groups(long gid, String username) {
        TreeSet<Long> others = new TreeSet<>(request.supplementalGroups());
        if (request.policy() == SupplementalGroupsPolicy.MERGE && !username.isEmpty()) {
            others.addAll(group.gidsOf(username));
        }
        others.remove(gid);
        List<Long> groups = new ArrayList<>(others.size() + 1);
        groups.add(gid);
        groups.addAll(others);
        return groups;
    }
}
