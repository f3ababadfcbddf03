/** SPDY/3.1 as Kubernetes speaks it: streams of one connection, without windows. */
@NullMarked
package dev.berth.cri.streaming.spdy;

import org.jspecify.annotations.NullMarked;
