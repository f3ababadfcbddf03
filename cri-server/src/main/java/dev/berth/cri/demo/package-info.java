/** The guided tour of a running server: one pod, looked at from all sides, by the calls that a kubelet makes. */
@NullMarked
package dev.berth.cri.demo;

import org.jspecify.annotations.NullMarked;
