/** Control groups of containers and pods: limits, kill, OOM counters and usage on cgroup v1, hybrid and v2. */
@NullMarked
package dev.berth.runtime.cgroup;

import org.jspecify.annotations.NullMarked;
