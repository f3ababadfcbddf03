/** Berth under the programs that use it on a node: kubelet, crictl, Prometheus, systemd. */
@NullMarked
package dev.berth.tests.clients;

import org.jspecify.annotations.NullMarked;
