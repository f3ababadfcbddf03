/** The series of ListMetricDescriptors and ListPodSandboxMetrics: what cAdvisor tells of containers, told by the runtime. */
@NullMarked
package dev.berth.cri.series;

import org.jspecify.annotations.NullMarked;
