package dev.berth.cri.container;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.v1.Mount;
import dev.berth.state.v1.Labels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VolumeLabelTest {
    private static final Labels LABELS =
            Labels.newBuilder().setFile("u:object_r:container_file_t:s0").build();

    @TempDir
    Path dir;

    @Test
    void directoriesOfTheNodeKeepTheirLabels() throws IOException {
        refused("/etc");
        refused("/var/lib/");
        refused("/usr/../home");
        Path link = Files.createSymbolicLink(dir.resolve("link"), Path.of("/etc"));
        refused(link.toString());
    }

    @Test
    void volumesAndMountsThatDoNotAskAreFine() {
        Mount etc = Mount.newBuilder().setHostPath("/etc").build();
        assertDoesNotThrow(() -> VolumeLabel.require(etc, LABELS));
        Mount volume = asking(dir.toString());
        assertDoesNotThrow(() -> VolumeLabel.require(volume, LABELS));
        assertDoesNotThrow(() -> VolumeLabel.require(asking("/etc"), Labels.getDefaultInstance()));
    }

    private static void refused(String path) {
        CriFailure failure = assertThrows(CriFailure.class, () -> VolumeLabel.require(asking(path), LABELS), path);
        assertTrue(failure.sentence().contains(path + " on /data"), failure.sentence());
    }

    private static Mount asking(String path) {
        return Mount.newBuilder()
                .setHostPath(path)
                .setContainerPath("/data")
                .setSelinuxRelabel(true)
                .build();
    }
}
