package dev.berth.tests.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestTotalsTest {
    @Test
    void reportsOfBothKindsAreAddedUp(@TempDir Path folder) throws Exception {
        Path report = Files.writeString(folder.resolve("TEST-a.xml"), """
                <testsuite>
                  <testcase classname="A" name="good"/>
                  <testcase classname="A" name="bad"><failure message="no"/></testcase>
                  <testcase classname="A" name="worse"><error message="no"/></testcase>
                  <testcase classname="A" name="left"><skipped message="no kubelet"/></testcase>
                </testsuite>
                """);
        TestTotals totals = new TestTotals();
        totals.addJunit(report);
        totals.addTap("ok 1 c good\nnot ok 2 c bad\nok 3 c left # SKIP no seccomp\nnoise\n");
        assertEquals("""
                skipped, no kubelet:
                    A.left
                skipped, no seccomp:
                    3 c left
                failed: A.bad
                failed: A.worse
                failed: 2 c bad
                2 passed, 3 failed, 2 skipped
                """, totals.text());
    }

    @Test
    void theReasonOfAnAbortedDynamicTestIsNotLost(@TempDir Path folder) throws Exception {
        Path report = Files.writeString(folder.resolve("TEST-b.xml"), """
                <testsuite>
                  <testcase classname="B" name="spec"><skipped type="org.opentest4j.TestAbortedException"><![CDATA[org.opentest4j.TestAbortedException: critest: AppArmor is disabled
                	at org.junit.jupiter.api.Assumptions.abort(Assumptions.java:300)]]></skipped></testcase>
                  <testcase classname="B" name="bare"><skipped/></testcase>
                </testsuite>
                """);
        TestTotals totals = new TestTotals();
        totals.addJunit(report);
        assertEquals("""
                skipped, critest: AppArmor is disabled:
                    B.spec
                skipped, no reason given:
                    B.bare
                0 passed, 0 failed, 2 skipped
                """, totals.text());
    }
}
