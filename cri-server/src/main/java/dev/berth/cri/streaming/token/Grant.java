package dev.berth.cri.streaming.token;

import dev.berth.cri.v1.AttachRequest;
import dev.berth.cri.v1.ExecRequest;
import dev.berth.cri.v1.PortForwardRequest;

/** What the holder of a token may do, once. */
public sealed interface Grant {
    /** The first part of the path in the URL. */
    String verb();

    /** To run a command in a container. */
    record Exec(ExecRequest request) implements Grant {
        @Override
        public String verb() {
            return "exec";
        }
    }

    /** To speak with the first process of a container. */
    record Attach(AttachRequest request) implements Grant {
        @Override
        public String verb() {
            return "attach";
        }
    }

    /** To connect to ports of a pod. */
    record PortForward(PortForwardRequest request) implements Grant {
        @Override
        public String verb() {
            return "portforward";
        }
    }
}
