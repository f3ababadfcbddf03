package dev.berth.tests.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/** Adds up the reports of all modules: names what failed, counts skips by reason, and ends with one line of totals. */
public final class TestTotals {
    private int passed;
    private final List<String> failed = new ArrayList<>();
    private final Map<String, List<String>> skipped = new TreeMap<>();

    /** First argument: the root of the project. Further ones: files of TAP lines, as the C tests print them. */
    public static void main(String[] arguments) throws Exception {
        TestTotals totals = new TestTotals();
        try (Stream<Path> files = Files.walk(Path.of(arguments[0]), 4)) {
            for (Path file : files.filter(TestTotals::isReport).sorted().toList()) {
                totals.addJunit(file);
            }
        }
        for (int i = 1; i < arguments.length; i++) {
            totals.addTap(Files.readString(Path.of(arguments[i])));
        }
        System.out.print(totals.text());
    }

    private static boolean isReport(Path file) {
        return file.toString().contains("/target/surefire-reports/TEST-")
                && file.toString().endsWith(".xml");
    }

    void addJunit(Path file) throws IOException, ParserConfigurationException, SAXException {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        NodeList cases = factory.newDocumentBuilder().parse(file.toFile()).getElementsByTagName("testcase");
        for (int i = 0; i < cases.getLength(); i++) {
            addCase((Element) cases.item(i));
        }
    }

    private void addCase(Element testcase) {
        String name = testcase.getAttribute("classname") + "." + testcase.getAttribute("name");
        Node skip = testcase.getElementsByTagName("skipped").item(0);
        if (testcase.getElementsByTagName("failure").getLength() > 0
                || testcase.getElementsByTagName("error").getLength() > 0) {
            failed.add(name);
        } else if (skip instanceof Element element) {
            skip(name, reason(element));
        } else {
            passed++;
        }
    }

    /** In the attribute or, when a dynamic test was aborted, behind the name of the exception that begins the text. */
    private static String reason(Element skip) {
        String message = skip.getAttribute("message");
        if (!message.isBlank()) {
            return message;
        }
        String line = skip.getTextContent().strip().lines().findFirst().orElse("");
        return line.replaceFirst("^[\\w.$]+: ", "");
    }

    /** Lines `ok NUMBER NAME`, `not ok NUMBER NAME`, `ok NUMBER NAME # SKIP REASON`; others are ignored. */
    void addTap(String text) {
        for (String line : text.lines().toList()) {
            int reason = line.indexOf("# SKIP");
            if (line.startsWith("not ok")) {
                failed.add(line.substring("not ok".length()).strip());
            } else if (line.startsWith("ok") && reason >= 0) {
                skip(line.substring("ok".length(), reason).strip(), line.substring(reason + 6));
            } else if (line.startsWith("ok")) {
                passed++;
            }
        }
    }

    private void skip(String name, String reason) {
        String key = reason.isBlank() ? "no reason given" : reason.strip();
        skipped.computeIfAbsent(key, _ -> new ArrayList<>()).add(name);
    }

    String text() {
        StringBuilder text = new StringBuilder();
        skipped.forEach((reason, names) -> {
            text.append("skipped, %s:%n".formatted(reason));
            names.forEach(name -> text.append("    ").append(name).append('\n'));
        });
        failed.forEach(name -> text.append("failed: ").append(name).append('\n'));
        int skips = skipped.values().stream().mapToInt(List::size).sum();
        text.append("%d passed, %d failed, %d skipped%n".formatted(passed, failed.size(), skips));
        return text.toString();
    }
}
