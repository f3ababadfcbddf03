package dev.berth.runtime.systemd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.runtime.cgroup.CgroupFailure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SliceNameTest {
    @Test
    void eachDashIsALevelOfTheTree() {
        assertEquals("/a.slice/a-b.slice/a-b-c_1.slice", new SliceName("a-b-c_1.slice").path());
        assertEquals("/system.slice", new SliceName("system.slice").path());
        assertEquals("", SliceName.ROOT.path());
    }

    @Test
    void aSliceIsTheSameByNameAndByPath() {
        SliceName byName = SliceName.parse("a-b.slice");
        assertEquals(byName, SliceName.parse("/a.slice/a-b.slice"));
        assertEquals(byName, SliceName.parse("a.slice/a-b.slice"));
    }

    @Test
    void aPathWhereTheSliceIsNotIsRefused() {
        assertTrue(refused("/x.slice/a-b.slice").contains("which is /a.slice/a-b.slice"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/kubepods/pod1", "", "a.service"})
    void whatIsNoSliceIsRefused(String parent) {
        assertTrue(refused(parent).contains("is no systemd slice"), parent);
    }

    @ParameterizedTest
    @ValueSource(strings = {".slice", "-a.slice", "a-.slice", "a--b.slice", "a b.slice", "ä.slice", "a\nb.slice"})
    void namesThatSystemdDoesNotTakeAreRefused(String name) {
        assertTrue(refused(name).contains("is no name of a systemd slice"), name);
        assertThrows(CgroupFailure.class, () -> new SliceName(name));
    }

    private static String refused(String parent) {
        CgroupFailure failure = assertThrows(CgroupFailure.class, () -> SliceName.parse(parent));
        assertEquals(CgroupFailure.Kind.INVALID, failure.kind());
        return String.valueOf(failure.getMessage());
    }
}
