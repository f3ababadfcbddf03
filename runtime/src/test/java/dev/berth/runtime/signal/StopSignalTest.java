package dev.berth.runtime.signal;

import static dev.berth.runtime.testing.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StopSignalTest {
    @ParameterizedTest
    @CsvSource({
        "SIGTERM, 15",
        "TERM, 15",
        "sigterm, 15",
        "15, 15",
        "SIGNAL_SIGTERM, 15",
        "SIGKILL, 9",
        "SIGQUIT, 3",
        "SIGUSR1, 10",
        "SIGUSR2, 12",
        "SIGWINCH, 28",
        "SIGNAL_SIGWINCH, 28",
        "SIGCLD, 17",
        "SIGCHLD, 17",
        "SIGIOT, 6",
        "SIGABRT, 6",
        "SIGPOLL, 29",
        "SIGIO, 29",
        "SIGSYS, 31",
        "SIGPWR, 30",
        "RTMIN, 34",
        "SIGRTMIN+3, 37",
        "RTMIN+3, 37",
        "rtmin+3, 37",
        "SIGRTMIN+15, 49",
        "SIGRTMAX, 64",
        "SIGRTMAX-14, 50",
        "RTMAX-0, 64",
        "RTMIN+30, 64",
        "SIGNAL_SIGRTMIN, 34",
        "SIGNAL_SIGRTMINPLUS3, 37",
        "SIGNAL_SIGRTMINPLUS15, 49",
        "SIGNAL_SIGRTMAXMINUS14, 50",
        "SIGNAL_SIGRTMAXMINUS1, 63",
        "SIGNAL_SIGRTMAX, 64",
        "1, 1",
        "64, 64"
    })
    void signalsAreReadInEverySpelling(String text, int number) {
        assertEquals(number, StopSignal.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "SIG",
                "0",
                "65",
                "-1",
                "15 ",
                "999",
                "99999999999",
                "SIGNOPE",
                "RTMIN+31",
                "RTMAX-31",
                "RTMIN-1",
                "RTMAX+1",
                "RTMIN+",
                "SIGRTMINPLUS",
                "SIGNAL_RUNTIME_DEFAULT",
                "SIGSIGTERM"
            })
    void whatIsNoSignalIsRefused(String text) {
        assertRefused("signal \"%s\" is not known".formatted(text), () -> StopSignal.parse(text));
    }

    @Test
    void theRequestCountsBeforeTheImageAndTheImageBeforeSigterm() {
        assertEquals(10, StopSignal.resolve("SIGNAL_SIGUSR1", "SIGQUIT"));
        assertEquals(3, StopSignal.resolve("SIGNAL_RUNTIME_DEFAULT", "SIGQUIT"));
        assertEquals(37, StopSignal.resolve("", "RTMIN+3"));
        assertEquals(15, StopSignal.resolve("", ""));
        assertEquals(15, StopSignal.resolve("SIGNAL_RUNTIME_DEFAULT", ""));
        assertRefused("\"SIGWHAT\" is not known", () -> StopSignal.resolve("", "SIGWHAT"));
    }
}
