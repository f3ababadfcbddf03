/** Seccomp profiles as Docker and OCI write them, compiled to the classic BPF that the kernel runs on every system call. */
@NullMarked
package dev.berth.runtime.seccomp;

import org.jspecify.annotations.NullMarked;
