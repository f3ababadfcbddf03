package dev.berth.runtime.kernel;

import java.util.function.Supplier;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Runtime;
import jnr.ffi.annotations.SaveError;

/** syscall(2) through jnr-ffi: the only native function that Berth binds. */
final class Syscalls {
    /** The C library as jnr-ffi sees it. Public because jnr-ffi implements it with generated classes. */
    public interface LibC {
        @SaveError
        long syscall(long number, long a, long b, long c, long d, long e, long f);
    }

    private final LibC libc;
    private final Runtime runtime;

    Syscalls() {
        libc = LibraryLoader.create(LibC.class).load("c");
        runtime = Runtime.getRuntime(libc);
    }

    Scratch scratch() {
        return Scratch.take(runtime);
    }

    /** Calls, repeating EINTR; returns the result or the negative error number. Nothing may block between the call and reading errno. */
    long raw(Call call, long... arguments) {
        long a = at(arguments, 0);
        long b = at(arguments, 1);
        long c = at(arguments, 2);
        long d = at(arguments, 3);
        long e = at(arguments, 4);
        long f = at(arguments, 5);
        while (true) {
            long result = libc.syscall(call.number(), a, b, c, d, e, f);
            if (result != -1) {
                return result;
            }
            int errno = runtime.getLastError();
            if (errno != Errno.EINTR.number()) {
                return -errno;
            }
        }
    }

    /** As {@link #raw}; a failure is thrown with the arguments, described by {@code shown} only then. */
    long check(Call call, Supplier<Object> shown, long... arguments) {
        long result = raw(call, arguments);
        if (result < 0) {
            throw new KernelFailure(call.manualName(), shown.get().toString(), (int) -result);
        }
        return result;
    }

    private static long at(long[] arguments, int index) {
        return index < arguments.length ? arguments[index] : 0;
    }
}
