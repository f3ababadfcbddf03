package dev.berth.tests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.v1.Image;
import dev.berth.tests.coverage.Covers;
import dev.berth.tests.image.OciImage;
import dev.berth.tests.image.TarLayer;
import dev.berth.tests.node.TestNode;
import dev.berth.tests.world.OnNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** An image is one thing with many names. */
@OnNode
class ImageNamesTest {
    private final TestNode node;
    private final Images images;

    ImageNamesTest(TestNode node) {
        this.node = node;
        images = new Images(node);
    }

    @Test
    @Covers("image.no-tag")
    void aNameWithoutATagMeansLatest() throws Exception {
        String latest = images.push("berth/untagged", "latest", Images.of("untagged"));
        String name = TestNode.HOST + "/berth/untagged";
        node.pull(name);
        Image image = images.status(name).orElseThrow();
        assertEquals(List.of(latest), image.getRepoTagsList());
        images.remove(name);
        assertEquals(Optional.empty(), images.status(name));
        assertEquals(Optional.empty(), images.status(image.getId()));
    }

    @Test
    @Covers("image.digest")
    void anImagePulledByItsDigestHasThatNameAndNoTag() throws Exception {
        OciImage image = Images.of("digested");
        images.push("berth/digested", "1", image);
        String name = TestNode.HOST + "/berth/digested@" + image.digest();
        node.pull(name);
        Image status = images.status(name).orElseThrow();
        assertEquals(List.of(), status.getRepoTagsList());
        assertEquals(List.of(name), status.getRepoDigestsList());
        images.remove(name);
        assertEquals(Optional.empty(), images.status(name));
    }

    @Test
    @Covers("image.references")
    void everyNameLeadsToTheSameAnswer() throws Exception {
        String name = images.push("berth/named", "1", Images.of("named"));
        node.pull(name);
        Image image = images.status(name).orElseThrow();
        List<String> names = new ArrayList<>(List.of(name, image.getId()));
        names.addAll(image.getRepoTagsList());
        names.addAll(image.getRepoDigestsList());
        assertTrue(names.size() >= 4, names.toString());
        for (String other : names) {
            assertEquals(Optional.of(image), images.status(other), other);
        }
        images.remove(name);
    }

    @Test
    @Covers("image.user")
    void theUserOfAnImageIsANumberOrAName() throws Exception {
        assertEquals(1002, user("number", "1002").getUid().getValue());
        assertEquals("www-data", user("name", "www-data").getUsername());
        assertEquals(1003, user("number-group", "1003:1004").getUid().getValue());
        assertEquals("www-data", user("name-group", "www-data:1004").getUsername());
    }

    /** An image whose user is either a number or a name, never both. */
    private Image user(String repository, String user) throws Exception {
        byte[] layer = new TarLayer().file("user", user).toBytes();
        OciImage image = OciImage.of(List.of(layer), config -> config.put("User", user));
        String name = images.push("berth/user-" + repository, "1", image);
        node.pull(name);
        Image status = images.status(name).orElseThrow();
        assertTrue(status.getUsername().isEmpty() != (status.getUid().getValue() == 0), status.toString());
        images.remove(name);
        return status;
    }

    @Test
    @Covers("image.three")
    void threeImagesAreThreeOfTheList() throws Exception {
        Set<String> ids = new HashSet<>();
        Set<String> names = new HashSet<>();
        for (String number : List.of("1", "2", "3")) {
            String name = images.push("berth/three-" + number, "1", Images.of("three " + number));
            ids.add(node.pull(name));
            names.add(name);
        }
        Set<String> listed = new HashSet<>();
        for (Image image : images.list()) {
            if (ids.contains(image.getId())) {
                assertEquals(1, image.getRepoTagsCount(), image.toString());
                listed.addAll(image.getRepoTagsList());
            }
        }
        assertEquals(names, listed);
        ids.forEach(images::remove);
    }

    @Test
    @Covers({"image.three-tags", "image.remove-tags"})
    void threeTagsOfOneImageAreOneOfTheListAndGoTogether() throws Exception {
        OciImage image = Images.of("tags");
        List<String> names = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (String tag : List.of("1", "2", "3")) {
            names.add(images.push("berth/tags", tag, image));
            ids.add(node.pull(names.getLast()));
        }
        assertEquals(1, ids.size(), ids.toString());
        String id = ids.iterator().next();
        List<Image> listed =
                images.list().stream().filter(one -> one.getId().equals(id)).toList();
        assertEquals(1, listed.size(), listed.toString());
        assertEquals(
                names, listed.getFirst().getRepoTagsList().stream().sorted().toList());
        images.remove(id);
        names.add(id);
        for (String name : names) {
            assertEquals(Optional.empty(), images.status(name), name);
        }
    }

    @Test
    @Covers("image.remove-registries")
    void oneImageOfTwoRegistriesHasTheNamesOfBothAndGoesWithThem() throws Exception {
        String one = images.push("berth/both", "1", Images.of("both"));
        String two = one.replace(TestNode.HOST, TestNode.OTHER_HOST);
        String id = node.pull(one);
        assertEquals(id, node.pull(two));
        Set<String> names = new HashSet<>(images.status(id).orElseThrow().getRepoTagsList());
        assertEquals(Set.of(one, two), names);
        images.remove(id);
        assertEquals(Optional.empty(), images.status(one));
        assertEquals(Optional.empty(), images.status(two));
        assertFalse(images.list().stream().anyMatch(image -> image.getId().equals(id)));
    }

    @Test
    @Covers("remove-image.unknown")
    void anUnknownImageIsRemovedAlready() {
        String nothing = "sha256:" + "0".repeat(64);
        images.remove(nothing);
        images.remove(nothing);
    }
}
