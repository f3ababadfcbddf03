/** Which Linux capabilities a container's processes have. */
@NullMarked
package dev.berth.runtime.capability;

import org.jspecify.annotations.NullMarked;
