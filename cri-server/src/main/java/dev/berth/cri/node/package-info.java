/** What the node says about itself, and the seam between the command and what answers the RPCs. */
@NullMarked
package dev.berth.cri.node;

import org.jspecify.annotations.NullMarked;
