package dev.berth.cri.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.berth.cri.pod.Pods;
import dev.berth.cri.pod.TestPlatform;
import dev.berth.state.v1.PodRecord;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class OrphanedAttachmentsTest {
    @TempDir
    private Path directory;

    private TestPlatform test;
    private Pods pods;

    @BeforeEach
    void make() {
        test = new TestPlatform(directory);
        pods = new Pods(test.podStore());
        pods.store().put("made", PodRecord.newBuilder().setId("made").build());
        test.attach("made").attach("gone-1").attach("gone-2");
    }

    @Test
    void onlyWhatHasNoPodIsReleased() throws Exception {
        OrphanedAttachments.release(test, pods);
        assertEquals(List.of("made"), test.attached());
    }

    @Test
    void oneThatCannotBeReleasedHoldsUpNoOtherAndIsTriedAgain() throws Exception {
        test.refuseToDetach("gone-1");
        OrphanedAttachments.release(test, pods);
        assertEquals(List.of("gone-1", "made"), test.attached());
        test.refuseToDetach("");
        try (OrphanedAttachments _ = OrphanedAttachments.watch(test, pods, Duration.ofMillis(5))) {
            while (test.attached().size() > 1) {
                Thread.sleep(5);
            }
        }
        assertEquals(List.of("made"), test.attached());
    }
}
