package dev.berth.cri.container;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.v1.ContainerConfig;
import dev.berth.image.manifest.ImageConfig;
import dev.berth.runtime.launch.ExecutablePath;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a container runs: the request over the image's defaults.
 *
 * @param environment {@code NAME=value}, each name once
 */
record Command(List<String> arguments, List<String> environment, String workingDirectory) {
    static Command of(ContainerConfig config, ImageConfig image) {
        List<String> arguments = arguments(config, image);
        if (arguments.isEmpty()) {
            throw CriFailure.invalid("the container %s has no command, and neither has its image; give one"
                    .formatted(config.getMetadata().getName()));
        }
        String directory = config.getWorkingDir().isEmpty() ? image.workingDir() : config.getWorkingDir();
        return new Command(arguments, environment(config, image), directory.isEmpty() ? "/" : directory);
    }

    /** The same with variables that take the place of those of the same name. */
    Command with(List<String> more) {
        Map<String, String> variables = new LinkedHashMap<>();
        environment.forEach(variable -> put(variables, variable));
        more.forEach(variable -> put(variables, variable));
        return new Command(arguments, lines(variables), workingDirectory);
    }

    /** A command replaces entrypoint and cmd of the image; arguments alone replace only its cmd. */
    private static List<String> arguments(ContainerConfig config, ImageConfig image) {
        List<String> arguments = new ArrayList<>();
        if (config.getCommandCount() > 0) {
            arguments.addAll(config.getCommandList());
            arguments.addAll(config.getArgsList());
            return arguments;
        }
        arguments.addAll(image.entrypoint());
        arguments.addAll(config.getArgsCount() > 0 ? config.getArgsList() : image.cmd());
        return arguments;
    }

    private static List<String> environment(ContainerConfig config, ImageConfig image) {
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("PATH", ExecutablePath.DEFAULT);
        image.env().forEach(variable -> put(variables, variable));
        config.getEnvsList().forEach(variable -> {
            String name = variable.getKey();
            if (name.isEmpty() || name.contains("=")) {
                throw CriFailure.invalid("the environment variable '%s' needs a name without =".formatted(name));
            }
            variables.put(name, variable.getValue().toString(StandardCharsets.UTF_8));
        });
        if (config.getTty()) {
            variables.putIfAbsent("TERM", "xterm");
        }
        return lines(variables);
    }

    private static List<String> lines(Map<String, String> variables) {
        List<String> lines = new ArrayList<>();
        variables.forEach((name, value) -> lines.add(name + "=" + value));
        return lines;
    }

    private static void put(Map<String, String> variables, String variable) {
        int equals = variable.indexOf('=');
        if (equals > 0) {
            variables.put(variable.substring(0, equals), variable.substring(equals + 1));
        }
    }
}
