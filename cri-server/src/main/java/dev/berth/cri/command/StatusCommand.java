package dev.berth.cri.command;

import dev.berth.cri.demo.CriConnection;
import dev.berth.cri.v1.RuntimeCondition;
import dev.berth.cri.v1.RuntimeServiceGrpc;
import dev.berth.cri.v1.StatusRequest;
import dev.berth.cri.v1.VersionRequest;
import dev.berth.cri.v1.VersionResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code berth status}: fails unless a berth answers on the socket and is ready. */
@Command(
        name = "status",
        description = "Asks the berth that serves whether it is ready for pods.",
        mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {
    @Mixin
    private ConfigOptions options = new ConfigOptions();

    @Option(names = "--wait", paramLabel = "SECONDS", description = "How long to wait for an answer; 5 when not given.")
    private int seconds = 5;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        Path socket = options.load().config().socket();
        try (CriConnection connection = new CriConnection(socket)) {
            return ask(connection.runtime().withWaitForReady().withDeadlineAfter(seconds, TimeUnit.SECONDS));
        } catch (StatusRuntimeException failure) {
            throw new IllegalStateException(
                    "No answer from %s within %d s: %s".formatted(socket, seconds, why(socket, failure.getStatus())),
                    failure);
        }
    }

    /** gRPC's own words for a deadline end in a stack trace. */
    private static String why(Path socket, Status status) {
        if (status.getCode() != Status.Code.DEADLINE_EXCEEDED) {
            return status.getCode() + ": " + status.getDescription();
        }
        return Files.exists(socket)
                ? "nobody listens there, or it is too busy; --wait gives it longer"
                : "there is no such socket";
    }

    private int ask(RuntimeServiceGrpc.RuntimeServiceBlockingStub runtime) {
        VersionResponse version = runtime.version(VersionRequest.getDefaultInstance());
        List<RuntimeCondition> conditions =
                runtime.status(StatusRequest.getDefaultInstance()).getStatus().getConditionsList();
        PrintWriter out = spec.commandLine().getOut();
        out.printf("%s %s%n", version.getRuntimeName(), version.getRuntimeVersion());
        for (RuntimeCondition condition : conditions) {
            String why =
                    condition.getStatus() ? "" : "  %s: %s".formatted(condition.getReason(), condition.getMessage());
            out.printf("%-13s %s%s%n", condition.getType(), condition.getStatus(), why);
        }
        out.flush();
        return conditions.stream().allMatch(RuntimeCondition::getStatus) ? 0 : Berth.FAILED;
    }
}
