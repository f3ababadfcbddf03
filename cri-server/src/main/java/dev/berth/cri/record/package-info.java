/** Records of pods and containers on disk, and operations in flight. */
@NullMarked
package dev.berth.cri.record;

import org.jspecify.annotations.NullMarked;
