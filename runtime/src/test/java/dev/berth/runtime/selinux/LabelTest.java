package dev.berth.runtime.selinux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LabelTest {
    private static final Label PROCESS = Label.parse("system_u:system_r:container_t:s0:c1,c2");

    @Test
    void aLevelMayHoldColonsAndMayBeMissing() {
        assertEquals("s0:c1,c2", PROCESS.level());
        assertEquals("system_u:system_r:container_t:s0:c1,c2", PROCESS.toString());
        assertEquals("u:r:t", Label.parse("u:r:t").toString());
        assertThrows(IllegalArgumentException.class, () -> Label.parse("container_t"));
    }

    @Test
    void whatIsNotAskedForStays() {
        Label spc = PROCESS.with(new LabelParts("", "", "spc_t", ""));
        assertEquals("system_u:system_r:spc_t:s0:c1,c2", spc.toString());
        assertEquals(
                "staff_u:staff_r:web_t:s0",
                PROCESS.with(new LabelParts("staff_u", "staff_r", "web_t", "s0"))
                        .toString());
    }

    @Test
    void filesHaveTheUserAndLevelOfTheirProcess() {
        Label file = Label.parse("system_u:object_r:container_file_t:s0");
        Label process = PROCESS.with(new LabelParts("staff_u", "", "", "s0:c7"));
        assertEquals("staff_u:object_r:container_file_t:s0:c7", file.of(process).toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"s0", "s0:c0", "s0:c0,c1", "s0:c0.c1023", "s0-s0:c0.c1023", "s0:c1-s15:c1,c5.c7", "s1-s3"})
    void levelsThatAreWrittenSo(String level) {
        assertEquals(level, new LabelParts("", "", "", level).level());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"s0,c4,c5", "c1", "s0:", "s0:c1,", "s0:c1\nx", "s", "s0-", "s0:c12345", "s0:c1;s0", "SystemLow"})
    void levelsThatAreNone(String level) {
        String message = assertThrows(IllegalArgumentException.class, () -> new LabelParts("", "", "", level))
                .getMessage();
        assertTrue(String.valueOf(message).contains("the level '" + level + "'"), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a:b", "a b", "a\"", "a,b", "1a", "../x", "é"})
    void namesThatAreNone(String name) {
        assertThrows(IllegalArgumentException.class, () -> new LabelParts(name, "", "", ""));
        assertThrows(IllegalArgumentException.class, () -> new LabelParts("", name, "", ""));
        assertThrows(IllegalArgumentException.class, () -> new LabelParts("", "", name, ""));
    }

    @Test
    void aLabelLongerThanAMountOptionIsRefused() {
        String level = "s0:c1" + ",c1000".repeat(50);
        String message = assertThrows(
                        IllegalArgumentException.class, () -> PROCESS.with(new LabelParts("", "", "", level)))
                .getMessage();
        assertTrue(String.valueOf(message).contains("longer than 255 characters"), message);
    }
}
