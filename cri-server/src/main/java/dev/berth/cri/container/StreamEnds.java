package dev.berth.cri.container;

/** The descriptors of a process's streams on the client's side; -1 for none. */
record StreamEnds(int stdin, int stdout, int stderr) {}
