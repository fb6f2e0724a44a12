package io.polestar.broker.api;

import java.util.List;

/** What the ACL APIs say of the authorizer there is not. */
final class NoAuthorizer {
    static final List<String> GAPS =
            List.of("There is no authorizer yet: answered as Kafka's broker without one, SECURITY_DISABLED.");

    private NoAuthorizer() {}
}
