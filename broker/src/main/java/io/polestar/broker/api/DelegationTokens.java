package io.polestar.broker.api;

import java.util.List;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;

/**
 * Why a request for delegation tokens is refused: as Kafka refuses it where no secret key for tokens is configured. On a
 * connection without authentication, or with that of a token, it is not even looked at.
 */
final class DelegationTokens {
    static final List<String> GAPS =
            List.of("Delegation tokens are not supported: answered as Kafka answers where they are disabled.");

    /** The time in a refusal. */
    static final long NO_TIMESTAMP = -1;

    private DelegationTokens() {}

    static Errors refusal(RequestContext context) {
        KafkaPrincipal principal = context.principal;
        SecurityProtocol protocol = context.securityProtocol;
        boolean authenticated = !principal.tokenAuthenticated()
                && protocol != SecurityProtocol.PLAINTEXT
                && (protocol != SecurityProtocol.SSL || !principal.equals(KafkaPrincipal.ANONYMOUS));
        return authenticated ? Errors.DELEGATION_TOKEN_AUTH_DISABLED : Errors.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED;
    }
}
