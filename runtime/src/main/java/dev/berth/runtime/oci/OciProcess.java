package dev.berth.runtime.oci;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.runtime.capability.Capability;
import dev.berth.runtime.capability.CapabilitySet;
import dev.berth.runtime.launch.ProcessSpec;
import dev.berth.runtime.launch.Rlimit;
import java.math.BigInteger;
import java.util.List;

/** The object {@code process} of config.json, which is also the whole file that an exec is given. */
public final class OciProcess {
    private static final int UMASK = 0022;

    /** By number, as setrlimit(2) has them. */
    private static final List<String> RLIMITS = List.of(
            "RLIMIT_CPU",
            "RLIMIT_FSIZE",
            "RLIMIT_DATA",
            "RLIMIT_STACK",
            "RLIMIT_CORE",
            "RLIMIT_RSS",
            "RLIMIT_NPROC",
            "RLIMIT_NOFILE",
            "RLIMIT_MEMLOCK",
            "RLIMIT_AS",
            "RLIMIT_LOCKS",
            "RLIMIT_SIGPENDING",
            "RLIMIT_MSGQUEUE",
            "RLIMIT_NICE",
            "RLIMIT_RTPRIO",
            "RLIMIT_RTTIME");

    private OciProcess() {}

    /** @param terminal whether the runtime is to make a terminal for it */
    public static ObjectNode of(ProcessSpec process, boolean terminal) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("terminal", terminal);
        user(json.putObject("user"), process.identity());
        process.arguments().forEach(json.putArray("args")::add);
        process.environment().forEach(json.putArray("env")::add);
        json.put("cwd", process.cwd());
        capabilities(json.putObject("capabilities"), process.capabilities());
        process.rlimits().forEach(limit -> rlimit(json.withArray("/rlimits").addObject(), limit));
        json.put("noNewPrivileges", process.noNewPrivs());
        if (!process.apparmor().isEmpty()) {
            json.put("apparmorProfile", process.apparmor());
        }
        if (!process.selinux().isEmpty()) {
            json.put("selinuxLabel", process.selinux());
        }
        // Where the node does not grant it, asking would be a failure; the built-in launcher only tries.
        if (process.oomScore().required()) {
            json.put("oomScoreAdj", process.oomScore().adjustment());
        }
        return json;
    }

    private static void user(ObjectNode json, ProcessSpec.Identity identity) {
        json.put("uid", Integer.toUnsignedLong(identity.uid()));
        json.put("gid", Integer.toUnsignedLong(identity.gid()));
        json.put("umask", UMASK);
        identity.groups().forEach(group -> json.withArray("/additionalGids").add(Integer.toUnsignedLong(group)));
    }

    private static void capabilities(ObjectNode json, ProcessSpec.Capabilities sets) {
        names(json, "bounding", sets.bounding());
        names(json, "effective", sets.permitted());
        names(json, "permitted", sets.permitted());
        names(json, "inheritable", sets.ambient());
        names(json, "ambient", sets.ambient());
    }

    private static void names(ObjectNode json, String set, long mask) {
        List<Capability> held = new CapabilitySet(mask).capabilities();
        held.stream().map(Capability::name).forEach(json.putArray(set)::add);
    }

    private static void rlimit(ObjectNode json, Rlimit limit) {
        json.put("type", RLIMITS.get(limit.resource()));
        json.put("soft", unsigned(limit.soft()));
        json.put("hard", unsigned(limit.hard()));
    }

    private static BigInteger unsigned(long value) {
        return new BigInteger(Long.toUnsignedString(value));
    }
}
