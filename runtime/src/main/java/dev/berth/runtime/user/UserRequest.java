package dev.berth.runtime.user;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a CRI security context that say who a container runs as, and the image's own wish.
 *
 * @param runAsUser {@code run_as_user}, null when not set
 * @param runAsUsername {@code run_as_username}, empty when not set
 * @param runAsGroup {@code run_as_group}, null when not set
 */
public record UserRequest(
        @Nullable Long runAsUser,
        String runAsUsername,
        @Nullable Long runAsGroup,
        List<Long> supplementalGroups,
        SupplementalGroupsPolicy policy,
        ImageUser imageUser) {

    public UserRequest {
        supplementalGroups = List.copyOf(supplementalGroups);
    }

    /** A request that leaves everything to the image. */
    public static UserRequest ofImage(ImageUser imageUser) {
        return new UserRequest(null, "", null, List.of(), SupplementalGroupsPolicy.MERGE, imageUser);
    }
}
