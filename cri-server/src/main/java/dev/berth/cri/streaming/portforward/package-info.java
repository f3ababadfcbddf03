/** Port-forward: TCP connections into a pod. */
@NullMarked
package dev.berth.cri.streaming.portforward;

import org.jspecify.annotations.NullMarked;
