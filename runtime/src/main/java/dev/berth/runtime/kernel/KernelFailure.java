package dev.berth.runtime.kernel;

/** A system call that failed; reads like a line of strace: {@code mkdirat(7, "etc", 0755) = ENOSPC}. */
public final class KernelFailure extends RuntimeException {
    private final String call;
    private final String arguments;
    private final int number;

    /**
     * @param call the call's name as in syscalls(2)
     * @param arguments the arguments as strace would print them, without parentheses
     * @param number the error number
     */
    public KernelFailure(String call, String arguments, int number) {
        this.call = call;
        this.arguments = arguments;
        this.number = number;
    }

    /** Made when it is read: most failures are answers, as EEXIST is, and nobody reads them. */
    @Override
    public String getMessage() {
        return "%s(%s) = %s".formatted(call, arguments, name(number));
    }

    public String call() {
        return call;
    }

    public Errno errno() {
        return Errno.of(number);
    }

    public int number() {
        return number;
    }

    public boolean is(Errno errno) {
        return number == errno.number();
    }

    private static String name(int number) {
        Errno errno = Errno.of(number);
        return errno == Errno.OTHER ? "errno " + number : errno.name();
    }
}
