/** What a start finds: pods and containers that outlived the daemon, and what a crash or a reboot left behind. */
@NullMarked
package dev.berth.cri.recovery;

import org.jspecify.annotations.NullMarked;
