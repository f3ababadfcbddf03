package dev.berth.tests.critest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.berth.tests.critest.CritestSpec.Outcome;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class CritestReportTest {
    @Test
    void specsAreReadWithTheirOutcomes() throws Exception {
        String json = """
                [{"SpecReports": [
                  {"LeafNodeType": "BeforeSuite", "LeafNodeText": "", "State": "passed"},
                  {"LeafNodeType": "SynchronizedBeforeSuite", "LeafNodeText": "", "State": "panicked",
                   "Failure": {"Message": "no socket"}},
                  {"LeafNodeType": "It", "ContainerHierarchyTexts": ["[k8s.io] Container", "log"],
                   "LeafNodeText": "is written", "State": "passed", "RunTime": 1000000},
                  {"LeafNodeType": "It", "ContainerHierarchyTexts": ["NRI"], "LeafNodeText": "x", "State": "skipped",
                   "Failure": {"Message": "no socket given"}},
                  {"LeafNodeType": "It", "ContainerHierarchyTexts": [], "LeafNodeText": "y", "State": "skipped"},
                  {"LeafNodeType": "It", "ContainerHierarchyTexts": [], "LeafNodeText": "benchmark z", "State": "skipped"}
                ]}]
                """;
        assertEquals(
                List.of(
                        new CritestSpec("SynchronizedBeforeSuite", Outcome.FAILED, "no socket", Duration.ZERO),
                        new CritestSpec("[k8s.io] Container log is written", Outcome.PASSED, "", Duration.ofMillis(1)),
                        new CritestSpec("NRI x", Outcome.SKIPPED, "no socket given", Duration.ZERO),
                        new CritestSpec("y", Outcome.LEFT_OUT, "", Duration.ZERO)),
                CritestReport.parse(json));
    }
}
