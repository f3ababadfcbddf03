package dev.berth.cri.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ProgressBarTest {
    private final StringWriter text = new StringWriter();
    private final PrintWriter out = new PrintWriter(text);

    @Test
    void aTerminalGetsOneLineThatIsRemovedAtTheEnd() {
        try (ProgressBar bar = ProgressBar.to(out, true)) {
            bar.at("layer", 1 << 20, 4 << 20);
        }
        assertEquals("\r\u001b[K[#######-----------------------] 1.0 MiB of 4.0 MiB\r\u001b[K", text.toString());
    }

    @Test
    void aTerminalIsNotFlooded() {
        try (ProgressBar bar = ProgressBar.to(out, true)) {
            for (int i = 0; i < 10_000; i++) {
                bar.at("layer", i, 10_000);
            }
            assertEquals(true, text.toString().chars().filter(c -> c == '[').count() < 1000);
        }
    }

    @Test
    void aFileGetsOneLineForEachPartThatIsDone() {
        try (ProgressBar bar = ProgressBar.to(out, false)) {
            bar.at("a", 1, 2);
            bar.at("b", 5, 0);
            bar.at("a", 2, 2);
            bar.at("a", 2, 2);
        }
        assertEquals("a: 2 B\n", text.toString());
        assertFalse(text.toString().contains("\r"));
    }

    @Test
    void aPartOfUnknownSizeIsShown() {
        try (ProgressBar bar = ProgressBar.to(out, true)) {
            bar.at("layer", 0, 0);
        }
        assertEquals("\r\u001b[K[------------------------------] 0 B of 0 B\r\u001b[K", text.toString());
    }
}
