package dev.berth.cri.image;

import dev.berth.cri.v1.ImageSpec;
import dev.berth.cri.v1.Int64Value;
import dev.berth.image.store.Image;
import dev.berth.runtime.user.ImageUser;
import java.util.OptionalLong;

/** Images as CRI shows them. */
final class ImageView {
    private ImageView() {}

    static dev.berth.cri.v1.Image of(Image image) {
        dev.berth.cri.v1.Image.Builder view = dev.berth.cri.v1.Image.newBuilder()
                .setId(image.id())
                .addAllRepoTags(image.repoTags())
                .addAllRepoDigests(image.repoDigests())
                .setSize(image.size())
                .setSpec(ImageSpec.newBuilder().setImage(image.id()))
                .setPinned(image.pinned());
        addUser(view, image.config().user());
        return view.build();
    }

    /** Either a uid or a name; a user that is neither runs nothing and is left out. */
    private static void addUser(dev.berth.cri.v1.Image.Builder view, String user) {
        try {
            ImageUser parsed = ImageUser.parse(user);
            OptionalLong uid = parsed.uid();
            if (uid.isPresent()) {
                view.setUid(Int64Value.newBuilder().setValue(uid.getAsLong()));
            } else {
                view.setUsername(parsed.username());
            }
        } catch (IllegalArgumentException _) {
            // CreateContainer says what is wrong with it.
        }
    }
}
