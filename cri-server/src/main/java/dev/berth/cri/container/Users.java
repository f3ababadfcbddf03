package dev.berth.cri.container;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.image.Images;
import dev.berth.cri.v1.LinuxContainerSecurityContext;
import dev.berth.runtime.user.ImageUser;
import dev.berth.runtime.user.ResolvedUser;
import dev.berth.runtime.user.SupplementalGroupsPolicy;
import dev.berth.runtime.user.UserRequest;
import dev.berth.runtime.user.UserResolution;

/** Who a container runs as, by the request and by the passwd and group files of its image. */
final class Users {
    private static final int LARGEST_FILE = 1 << 20;

    private final Images images;

    Users(Images images) {
        this.images = images;
    }

    ResolvedUser resolve(LinuxContainerSecurityContext security, Images.Present image) {
        UserRequest request = new UserRequest(
                security.hasRunAsUser() ? (Long) security.getRunAsUser().getValue() : null,
                security.getRunAsUsername(),
                security.hasRunAsGroup() ? (Long) security.getRunAsGroup().getValue() : null,
                security.getSupplementalGroupsList(),
                policy(security),
                ImageUser.parse(image.config().user()));
        return UserResolution.resolve(request, file(image, "etc/passwd"), file(image, "etc/group"));
    }

    private byte[] file(Images.Present image, String path) {
        return images.file(image.id(), path, LARGEST_FILE);
    }

    private static SupplementalGroupsPolicy policy(LinuxContainerSecurityContext security) {
        return switch (security.getSupplementalGroupsPolicy()) {
            case Merge -> SupplementalGroupsPolicy.MERGE;
            case Strict -> SupplementalGroupsPolicy.STRICT;
            case UNRECOGNIZED ->
                throw CriFailure.invalid("the supplemental groups policy %d is neither Merge nor Strict"
                        .formatted(security.getSupplementalGroupsPolicyValue()));
        };
    }
}
