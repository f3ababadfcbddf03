/** What pods and containers use: CPU, memory, swap, pressure, network, processes and space. */
@NullMarked
package dev.berth.cri.stats;

import org.jspecify.annotations.NullMarked;
