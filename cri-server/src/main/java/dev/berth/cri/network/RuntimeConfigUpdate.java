package dev.berth.cri.network;

import dev.berth.cri.failure.CriFailure;
import dev.berth.cri.server.Rpc;
import dev.berth.cri.v1.UpdateRuntimeConfigRequest;
import dev.berth.cri.v1.UpdateRuntimeConfigResponse;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** UpdateRuntimeConfig: the pod CIDR goes into a network configuration, where there is a template for one. */
public final class RuntimeConfigUpdate implements Rpc<UpdateRuntimeConfigRequest, UpdateRuntimeConfigResponse> {
    private static final Logger LOG = System.getLogger(RuntimeConfigUpdate.class.getName());
    private static final Pattern V4 = Pattern.compile("(\\d{1,3}\\.){3}\\d{1,3}/\\d{1,2}");
    private static final Pattern V6 = Pattern.compile("[0-9a-fA-F:]*:[0-9a-fA-F:.]*/\\d{1,3}");
    private static final int MOST = 2;

    private final Optional<PodCidrTemplate> template;

    public RuntimeConfigUpdate(Optional<PodCidrTemplate> template) {
        this.template = template;
    }

    @Override
    public UpdateRuntimeConfigResponse call(UpdateRuntimeConfigRequest request) {
        String asked = request.getRuntimeConfig().getNetworkConfig().getPodCidr();
        if (!asked.isEmpty()) {
            update(cidrs(asked));
        }
        return UpdateRuntimeConfigResponse.getDefaultInstance();
    }

    private void update(List<String> cidrs) {
        if (template.isEmpty()) {
            LOG.log(
                    Level.INFO,
                    "The pod CIDR {0} is left to the network plugins: cni.conf_template is not set.",
                    cidrs);
            return;
        }
        try {
            template.get().write(cidrs);
        } catch (IOException failure) {
            throw CriFailure.internal("the network configuration could not be written: " + failure, failure);
        }
    }

    /** One range, or one of each family. */
    static List<String> cidrs(String asked) {
        List<String> cidrs = List.of(asked.split(",", -1));
        for (String cidr : cidrs) {
            if (!V4.matcher(cidr).matches() && !V6.matcher(cidr).matches()) {
                throw CriFailure.invalid(
                        "pod_cidr \"%s\" is none; give a range as 10.0.0.0/24, or one of each family with a comma between"
                                .formatted(asked));
            }
        }
        if (cidrs.size() > MOST) {
            throw CriFailure.invalid("pod_cidr \"%s\" has more than two ranges".formatted(asked));
        }
        return cidrs;
    }
}
