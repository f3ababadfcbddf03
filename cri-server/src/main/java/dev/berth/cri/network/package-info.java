/** Pod networks by the CNI plugins of the node. */
@NullMarked
package dev.berth.cri.network;

import org.jspecify.annotations.NullMarked;
