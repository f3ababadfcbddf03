/** Pod networks by the Container Network Interface, versions 0.3.0 to 1.1.0: the node's configuration and its plugins. */
@NullMarked
package dev.berth.runtime.cni;

import org.jspecify.annotations.NullMarked;
