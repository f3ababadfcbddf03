package dev.berth.runtime.cni;

import java.util.regex.Pattern;

/** Tells IP addresses from other text without ever asking a name server. */
final class IpAddress {
    private static final String BYTE = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
    private static final Pattern V4 = Pattern.compile(BYTE + "(\\." + BYTE + "){3}");
    private static final Pattern V6 = Pattern.compile("(?=.*:.*:)[0-9a-fA-F:]{2,39}(" + V4.pattern() + ")?");

    private IpAddress() {}

    /** Whether the text has the form of an IPv4 or IPv6 address. */
    static boolean isLiteral(String text) {
        return V4.matcher(text).matches() || V6.matcher(text).matches();
    }
}
