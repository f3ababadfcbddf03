package dev.berth.image.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;

/** What proves to a registry who asks. */
sealed interface Secret {
    /** Nothing. */
    record Anonymous() implements Secret {}

    /** A name and a password, for the registry or for its token server. */
    record Basic(String username, String password) implements Secret {
        String header() {
            return "Basic " + Base64.getEncoder().encodeToString((username + ":" + password).getBytes(UTF_8));
        }

        @Override
        public String toString() {
            return "basic credentials";
        }
    }

    /** A refresh token for the token server. */
    record IdentityToken(String token) implements Secret {
        @Override
        public String toString() {
            return "an identity token";
        }
    }

    /** A bearer token for the registry itself. */
    record RegistryToken(String token) implements Secret {
        @Override
        public String toString() {
            return "a registry token";
        }
    }
}
