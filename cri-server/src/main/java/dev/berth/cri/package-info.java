/** What the Container Runtime Interface adds to containers and images. */
@NullMarked
package dev.berth.cri;

import org.jspecify.annotations.NullMarked;
