/** Devices of the Container Device Interface: specs on the node, and what one of their devices adds to a container. */
@NullMarked
package dev.berth.cri.cdi;

import org.jspecify.annotations.NullMarked;
