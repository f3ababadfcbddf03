package dev.berth.image;

import dev.berth.runtime.kernel.Kernel;
import dev.berth.runtime.kernel.LinuxKernel;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/** The real kernel with a word in before each call. */
public final class FaultyKernel {
    /** Sees each call first, and may throw in its place. */
    public interface Before {
        void call(String name, Object[] arguments);
    }

    private FaultyKernel() {}

    public static Kernel of(Before before) {
        LinuxKernel real = new LinuxKernel();
        return (Kernel) Proxy.newProxyInstance(
                Kernel.class.getClassLoader(), new Class<?>[] {Kernel.class}, (_, method, arguments) -> {
                    Object[] given = arguments == null ? new Object[0] : arguments;
                    before.call(method.getName(), given);
                    try {
                        return method.invoke(real, given);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
