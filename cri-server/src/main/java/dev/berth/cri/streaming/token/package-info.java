/** One-time tokens: the right to open one session that an RPC has granted. */
@NullMarked
package dev.berth.cri.streaming.token;

import org.jspecify.annotations.NullMarked;
