package dev.berth.runtime.shim;

import java.nio.ByteBuffer;
import java.util.List;

/** A packet that arrived: its payload, ready to be read, and its descriptors, which whoever holds it closes. */
record Reply(int type, int tag, ByteBuffer payload, List<Integer> fds) {}
