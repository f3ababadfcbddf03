/** Which kernel parameters a pod may set, and where they are written. */
@NullMarked
package dev.berth.runtime.sysctl;

import org.jspecify.annotations.NullMarked;
