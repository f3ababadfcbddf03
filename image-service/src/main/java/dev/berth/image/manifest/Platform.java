package dev.berth.image.manifest;

import dev.berth.image.json.Json;

/**
 * What an image runs on, in the words of Go: linux, amd64, v2.
 *
 * @param variant empty when there is none
 */
public record Platform(String os, String architecture, String variant) {
    public Platform {
        architecture = switch (architecture) {
            case "x86_64", "x86-64" -> "amd64";
            case "aarch64" -> "arm64";
            default -> architecture;
        };
    }

    /** The platform of this machine. */
    public static Platform current() {
        return new Platform("linux", System.getProperty("os.arch", "amd64"), "");
    }

    static Platform of(Json json) {
        return new Platform(json.textOrEmpty("os"), json.textOrEmpty("architecture"), json.textOrEmpty("variant"));
    }

    /**
     * How well content for {@code offered} runs here: 0 not at all, 2 exactly, 1 as the baseline variant that everyone leaves
     * out (v8 of arm64, v1 of amd64).
     */
    int fit(Platform offered) {
        if (!os.equals(offered.os) || !architecture.equals(offered.architecture)) {
            return 0;
        }
        if (variant.equals(offered.variant)) {
            return 2;
        }
        return baseline(variant).equals(baseline(offered.variant)) ? 1 : 0;
    }

    private String baseline(String variant) {
        boolean plain = (architecture.equals("arm64") && variant.equals("v8"))
                || (architecture.equals("amd64") && variant.equals("v1"));
        return plain ? "" : variant;
    }

    @Override
    public String toString() {
        return os + "/" + architecture + (variant.isEmpty() ? "" : "/" + variant);
    }
}
