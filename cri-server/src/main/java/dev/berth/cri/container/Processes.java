package dev.berth.cri.container;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import dev.berth.cri.confinement.AppArmor;
import dev.berth.cri.v1.Capability;
import dev.berth.cri.v1.LinuxContainerSecurityContext;
import dev.berth.cri.v1.LinuxContainerUser;
import dev.berth.runtime.capability.CapabilityRequest;
import dev.berth.runtime.capability.ResolvedCapabilities;
import dev.berth.runtime.launch.ProcessSpec;
import dev.berth.state.v1.ContainerRecord;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The process of a container, from its record: who it is and how it is confined. */
final class Processes {
    private final NodeGrants grants;
    private final SeccompProfiles seccomp;
    private final AppArmor appArmor;

    Processes(NodeGrants grants, SeccompProfiles seccomp, AppArmor appArmor) {
        this.grants = grants;
        this.seccomp = seccomp;
        this.appArmor = appArmor;
    }

    /** The text of the seccomp profile that a container names, for its record. */
    ByteString seccompProfile(LinuxContainerSecurityContext security) {
        return seccomp.read(security);
    }

    /** The AppArmor profile that a container gets, for its record. */
    String appArmorProfile(LinuxContainerSecurityContext security) {
        return appArmor.profile(security);
    }

    /** The first process. */
    ProcessSpec first(ContainerRecord record) {
        LinuxContainerSecurityContext security = record.getConfig().getLinux().getSecurityContext();
        ResolvedCapabilities capabilities = capabilities(security);
        return new ProcessSpec(
                record.getArgumentsList(),
                environment(record),
                record.getWorkingDirectory(),
                identity(record.getUser()),
                new ProcessSpec.Capabilities(
                        capabilities.granted().mask(),
                        capabilities.granted().mask(),
                        capabilities.ambient().mask()),
                security.getNoNewPrivs(),
                seccomp.program(security, record.getSeccompProfile(), capabilities.granted()),
                record.hasApparmorProfile() ? record.getApparmorProfile() : appArmor.profile(security),
                record.getLabels().getProcess(),
                oomScore(record),
                grants.rlimits());
    }

    /** A command in the running container, with the confinement of its first process. */
    ProcessSpec exec(ContainerRecord record, List<String> command) {
        return first(record).running(command, environment(record));
    }

    /** As {@link #exec}, told which terminal it is on, unless its container says so. */
    ProcessSpec execOnTerminal(ContainerRecord record, List<String> command) {
        List<String> environment = new ArrayList<>(environment(record));
        if (environment.stream().noneMatch(variable -> variable.startsWith("TERM="))) {
            environment.add("TERM=xterm");
        }
        return first(record).running(command, environment);
    }

    /** The seccomp profile of {@link #first} for a runtime that compiles it itself; null for unconfined. */
    @Nullable
    JsonNode ociSeccomp(ContainerRecord record) {
        LinuxContainerSecurityContext security = record.getConfig().getLinux().getSecurityContext();
        return seccomp.oci(
                security, record.getSeccompProfile(), capabilities(security).granted());
    }

    ResolvedCapabilities capabilities(LinuxContainerSecurityContext security) {
        Capability asked = security.getCapabilities();
        return grants.capabilities()
                .resolve(new CapabilityRequest(
                        security.getPrivileged(),
                        asked.getAddCapabilitiesList(),
                        asked.getDropCapabilitiesList(),
                        asked.getAddAmbientCapabilitiesList()));
    }

    private ProcessSpec.OomScore oomScore(ContainerRecord record) {
        int score = (int) record.getResources().getOomScoreAdj();
        return new ProcessSpec.OomScore(score, grants.raisesLimits() || score >= grants.ownOomScore());
    }

    private static List<String> environment(ContainerRecord record) {
        List<String> environment = new ArrayList<>(record.getEnvironmentList());
        if (environment.stream().noneMatch(variable -> variable.startsWith("HOME="))) {
            environment.add("HOME=" + (record.getHome().isEmpty() ? "/" : record.getHome()));
        }
        return environment;
    }

    private static ProcessSpec.Identity identity(LinuxContainerUser user) {
        List<Integer> groups =
                user.getSupplementalGroupsList().stream().map(Long::intValue).toList();
        return new ProcessSpec.Identity((int) user.getUid(), (int) user.getGid(), groups);
    }
}
