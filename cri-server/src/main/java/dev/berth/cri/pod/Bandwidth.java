package dev.berth.cri.pod;

import dev.berth.cri.failure.CriFailure;
import dev.berth.runtime.cni.CniCapabilities;
import java.math.BigDecimal;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How fast a pod may receive and send, from the two annotations that Kubernetes has for it. */
public final class Bandwidth {
    static final String INGRESS = "kubernetes.io/ingress-bandwidth";
    static final String EGRESS = "kubernetes.io/egress-bandwidth";

    /** Bits that may come at once: as many as plugins take. */
    private static final long BURST = Integer.MAX_VALUE;

    private static final long LEAST = 1_000;
    private static final long MOST = 1_000_000_000_000_000L;
    private static final Pattern QUANTITY =
            Pattern.compile("([0-9]{1,18}(?:\\.[0-9]{1,9})?)(k|M|G|T|P|Ki|Mi|Gi|Ti|Pi)?");
    private static final Map<String, Long> UNITS = Map.of(
            "k",
            1_000L,
            "M",
            1_000_000L,
            "G",
            1_000_000_000L,
            "T",
            1_000_000_000_000L,
            "P",
            1_000_000_000_000_000L,
            "Ki",
            1L << 10,
            "Mi",
            1L << 20,
            "Gi",
            1L << 30,
            "Ti",
            1L << 40,
            "Pi",
            1L << 50);

    private Bandwidth() {}

    /**
     * @return null when neither is asked for
     * @throws CriFailure INVALID when one is no quantity from 1k to 1P
     */
    public static CniCapabilities.@Nullable Bandwidth of(Map<String, String> annotations) {
        long ingress = rate(INGRESS, annotations);
        long egress = rate(EGRESS, annotations);
        if (ingress == 0 && egress == 0) {
            return null;
        }
        return new CniCapabilities.Bandwidth(ingress, burst(ingress), egress, burst(egress));
    }

    private static long burst(long rate) {
        return rate == 0 ? 0 : BURST;
    }

    private static long rate(String name, Map<String, String> annotations) {
        String text = annotations.get(name);
        if (text == null) {
            return 0;
        }
        Matcher quantity = QUANTITY.matcher(text);
        if (quantity.matches()) {
            long unit = quantity.group(2) == null ? 1 : UNITS.getOrDefault(quantity.group(2), 1L);
            BigDecimal bits = new BigDecimal(quantity.group(1)).multiply(BigDecimal.valueOf(unit));
            if (bits.compareTo(BigDecimal.valueOf(LEAST)) >= 0 && bits.compareTo(BigDecimal.valueOf(MOST)) <= 0) {
                return bits.longValue();
            }
        }
        throw CriFailure.invalid(
                "the annotation %s is \"%s\"; it must be bits a second from 1k to 1P, as 10M".formatted(name, text));
    }
}
