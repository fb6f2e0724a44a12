package io.polestar.broker.api;

import io.polestar.broker.security.Access;
import java.util.List;

/** The APIs of authentication and authorisation. */
public final class SecurityHandlers {
    private SecurityHandlers() {}

    public static List<ApiHandler<?>> all(Access access) {
        return List.of(
                new SaslHandshakeHandler(),
                new SaslAuthenticateHandler(),
                new DescribeAclsHandler(access),
                new CreateAclsHandler(access),
                new DeleteAclsHandler(access),
                new CreateDelegationTokenHandler(),
                new RenewDelegationTokenHandler(),
                new ExpireDelegationTokenHandler(),
                new DescribeDelegationTokenHandler());
    }
}
