package dev.berth.cri.server;

import dev.berth.cri.metrics.RpcMeter;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Remembers how calls ended, as {@code Method code kind}. */
final class RecordingMeter implements RpcMeter {
    final BlockingQueue<String> ended = new LinkedBlockingQueue<>();

    @Override
    public Call begin(String method) {
        return (code, kind) -> ended.add((method + " " + code + " " + kind).strip());
    }
}
