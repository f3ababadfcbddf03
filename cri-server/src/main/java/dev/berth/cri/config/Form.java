package dev.berth.cri.config;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The form that the values of a setting take.
 *
 * @param <T> what the program uses
 * @param expects ends the sentence "must be …"
 * @param read turns a TOML value (String, Long, Boolean or List) into the program's, or throws IllegalArgumentException
 * @param toml the value as TOML
 */
record Form<T>(String expects, Function<Object, T> read, Function<T, String> toml) {
    private static final int MAX_ITEMS = 1000;

    /** The size of sun_path in unix(7), less the terminating zero. */
    private static final int MAX_SOCKET_BYTES = 107;

    private static final String UNIX_SCHEME = "unix://";

    static Form<Path> path() {
        return new Form<>("an absolute path in quotes", raw -> absolute(string(raw)), path -> quoted(path.toString()));
    }

    /** The path of a unix socket, with or without {@code unix://} before it. */
    static Form<Path> socket() {
        return new Form<>(
                "an absolute path of at most %d bytes in quotes".formatted(MAX_SOCKET_BYTES),
                raw -> socket(string(raw)),
                path -> quoted(path.toString()));
    }

    /** A path, or the empty string for none. */
    static Form<Optional<Path>> optionalPath() {
        return new Form<>(
                "an absolute path in quotes, or \"\" for none",
                raw -> string(raw).isEmpty() ? Optional.empty() : Optional.of(absolute(string(raw))),
                path -> quoted(path.map(Path::toString).orElse("")));
    }

    static Form<Address> address() {
        return new Form<>("\"host:port\"", raw -> Address.parse(string(raw)), address -> quoted(address.toString()));
    }

    /** An address, or the empty string for none. */
    static Form<Optional<Address>> optionalAddress() {
        return new Form<>(
                "\"host:port\", or \"\" for off",
                raw -> string(raw).isEmpty() ? Optional.empty() : Optional.of(Address.parse(string(raw))),
                address -> quoted(address.map(Address::toString).orElse("")));
    }

    static Form<Duration> span(Duration least, Duration most) {
        String range = "from %s to %s".formatted(Span.text(least), Span.text(most));
        return new Form<>(
                "a time span in quotes " + range,
                raw -> {
                    Duration span = Span.parse(string(raw));
                    if (span.compareTo(least) < 0 || span.compareTo(most) > 0) {
                        throw new IllegalArgumentException("%s is out of range".formatted(Span.text(span)));
                    }
                    return span;
                },
                span -> quoted(Span.text(span)));
    }

    static Form<Integer> number(int least, int most) {
        return new Form<>(
                "a whole number from %d to %d".formatted(least, most),
                raw -> {
                    if (!(raw instanceof Long number)) {
                        throw new IllegalArgumentException("%s is no number".formatted(shown(raw)));
                    }
                    if (number < least || number > most) {
                        throw new IllegalArgumentException("%d is out of range".formatted(number));
                    }
                    return Math.toIntExact(number);
                },
                number -> Integer.toString(number));
    }

    static Form<Boolean> yesOrNo() {
        return new Form<>(
                "true or false",
                raw -> {
                    if (!(raw instanceof Boolean value)) {
                        throw new IllegalArgumentException("%s is neither".formatted(shown(raw)));
                    }
                    return value;
                },
                value -> Boolean.toString(value));
    }

    /** One of the constants of an enum, in lower case. */
    static <E extends Enum<E>> Form<E> choice(Class<E> type) {
        List<E> constants = List.of(type.getEnumConstants());
        String names = constants.stream().map(Form::name).map(Form::quoted).collect(Collectors.joining(", "));
        return new Form<>(
                "one of " + names,
                raw -> constants.stream()
                        .filter(constant -> name(constant).equals(string(raw)))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException("%s is none of them".formatted(shown(raw)))),
                constant -> quoted(name(constant)));
    }

    /** A list whose items are written as text. */
    static <T> Form<List<T>> list(String items, Function<String, T> item) {
        return new Form<>(
                "a list of " + items,
                raw -> {
                    if (!(raw instanceof List<?> list)) {
                        throw new IllegalArgumentException("%s is no list".formatted(shown(raw)));
                    }
                    if (list.size() > MAX_ITEMS) {
                        throw new IllegalArgumentException("the list has more than %d items".formatted(MAX_ITEMS));
                    }
                    return list.stream().map(Form::string).map(item).toList();
                },
                list -> list.stream()
                        .map(Object::toString)
                        .map(Form::quoted)
                        .collect(Collectors.joining(", ", "[", "]")));
    }

    private static Path socket(String text) {
        Path path = absolute(text.startsWith(UNIX_SCHEME) ? text.substring(UNIX_SCHEME.length()) : text);
        int length = path.toString().getBytes(StandardCharsets.UTF_8).length;
        if (length > MAX_SOCKET_BYTES) {
            throw new IllegalArgumentException("%s has %d".formatted(path, length));
        }
        return path;
    }

    static Path absolute(String text) {
        if (!text.startsWith("/") || text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("\"%s\" is not an absolute path".formatted(text));
        }
        return Path.of(text).normalize();
    }

    static String quoted(String text) {
        return text.chars().mapToObj(Form::escaped).collect(Collectors.joining("", "\"", "\""));
    }

    private static String escaped(int c) {
        if (c == '"' || c == '\\') {
            return "\\" + (char) c;
        }
        return c < ' ' || c == 0x7f ? "\\u%04X".formatted(c) : Character.toString(c);
    }

    private static String string(Object raw) {
        if (!(raw instanceof String text)) {
            throw new IllegalArgumentException("%s is no text in quotes".formatted(shown(raw)));
        }
        return text;
    }

    private static String shown(Object raw) {
        return raw instanceof String text ? quoted(text) : raw.toString();
    }

    private static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
