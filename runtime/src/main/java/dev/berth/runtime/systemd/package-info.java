/** What Berth asks of systemd where it owns the cgroup tree: one scope for each pod, over D-Bus. */
@NullMarked
package dev.berth.runtime.systemd;

import org.jspecify.annotations.NullMarked;
