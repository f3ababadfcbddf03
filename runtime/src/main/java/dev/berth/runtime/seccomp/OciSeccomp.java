package dev.berth.runtime.seccomp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigInteger;
import java.util.List;

/** A profile as the object {@code linux.seccomp} of the OCI runtime specification, which knows no circumstances. */
final class OciSeccomp {
    private OciSeccomp() {}

    /** @param applying the entries of the profile that concern the container */
    static JsonNode of(SeccompProfile profile, Architecture machine, List<SyscallRule> applying) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        action(json, "defaultAction", "defaultErrnoRet", profile.defaultAction());
        ArrayNode architectures = json.putArray("architectures").add(machine.profileName());
        if (profile.architectures().contains(machine.narrow())) {
            architectures.add(machine.narrow().profileName());
        }
        // What is meant when nothing is said; runc before 1.2 refuses to be told.
        if (profile.flags() != FilterFlag.bits(List.of(FilterFlag.SECCOMP_FILTER_FLAG_SPEC_ALLOW))) {
            FilterFlag.names(profile.flags()).forEach(json.putArray("flags")::add);
        }
        ArrayNode calls = json.putArray("syscalls");
        for (SyscallRule rule : applying) {
            if (!rule.action().equals(profile.defaultAction())) {
                call(calls.addObject(), rule);
            }
        }
        return json;
    }

    private static void call(ObjectNode json, SyscallRule rule) {
        rule.names().forEach(json.putArray("names")::add);
        action(json, "action", "errnoRet", rule.action());
        for (ArgumentCondition condition : rule.conditions()) {
            json.withArray("/args")
                    .addObject()
                    .put("index", condition.index())
                    .put("value", new BigInteger(Long.toUnsignedString(condition.value())))
                    .put("valueTwo", new BigInteger(Long.toUnsignedString(condition.valueTwo())))
                    .put("op", "SCMP_CMP_" + condition.operator());
        }
    }

    private static void action(ObjectNode json, String field, String number, Action action) {
        json.put(field, "SCMP_ACT_" + action.kind());
        if (action.kind() == Action.Kind.ERRNO || action.kind() == Action.Kind.TRACE) {
            json.put(number, action.data());
        }
    }
}
