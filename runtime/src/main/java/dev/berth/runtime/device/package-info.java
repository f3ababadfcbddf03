/** Which device nodes a container may use, as a cgroup v2 program or as cgroup v1 lines. */
@NullMarked
package dev.berth.runtime.device;

import org.jspecify.annotations.NullMarked;
