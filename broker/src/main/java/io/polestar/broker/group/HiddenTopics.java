package io.polestar.broker.group;

import io.polestar.broker.topic.InternalTopics;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.Endpoint;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.internals.Plugin;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.server.authorizer.AclCreateResult;
import org.apache.kafka.server.authorizer.AclDeleteResult;
import org.apache.kafka.server.authorizer.Action;
import org.apache.kafka.server.authorizer.AuthorizableRequestContext;
import org.apache.kafka.server.authorizer.AuthorizationResult;
import org.apache.kafka.server.authorizer.Authorizer;
import org.apache.kafka.server.authorizer.AuthorizerServerInfo;

/**
 * Keeps the ledger's topic out of what consumers' regular expressions match at the broker (KIP-848): the coordinator asks an authorizer
 * for nothing else. It knows Kafka's own internal topics, and does match them, as Apache Kafka does. Safe for use from any thread.
 */
final class HiddenTopics implements Authorizer {
    private static final String CONFIG = "authorizer.class.name";

    private final Optional<Authorizer> authorizer;

    private HiddenTopics(Optional<Authorizer> authorizer) {
        this.authorizer = authorizer;
    }

    /** @param authorizer is asked for all other topics */
    static Plugin<Authorizer> behind(Optional<Plugin<Authorizer>> authorizer, Metrics metrics) {
        return Plugin.wrapInstance(new HiddenTopics(authorizer.map(Plugin::get)), metrics, CONFIG, "role", "regex");
    }

    @Override
    public List<AuthorizationResult> authorize(AuthorizableRequestContext context, List<Action> actions) {
        List<AuthorizationResult> results = new ArrayList<>(authorizer
                .map(each -> each.authorize(context, actions))
                .orElseGet(() -> actions.stream()
                        .map(action -> AuthorizationResult.ALLOWED)
                        .toList()));
        for (int i = 0; i < actions.size(); i++) {
            if (actions.get(i).resourcePattern().name().equals(InternalTopics.LEDGER)) {
                results.set(i, AuthorizationResult.DENIED);
            }
        }
        return results;
    }

    @Override
    public Map<Endpoint, ? extends CompletionStage<Void>> start(AuthorizerServerInfo serverInfo) {
        return Map.of();
    }

    @Override
    public List<? extends CompletionStage<AclCreateResult>> createAcls(
            AuthorizableRequestContext context, List<AclBinding> bindings) {
        throw new UnsupportedOperationException("Only asked what may be seen");
    }

    @Override
    public List<? extends CompletionStage<AclDeleteResult>> deleteAcls(
            AuthorizableRequestContext context, List<AclBindingFilter> filters) {
        throw new UnsupportedOperationException("Only asked what may be seen");
    }

    @Override
    public Iterable<AclBinding> acls(AclBindingFilter filter) {
        return List.of();
    }

    @Override
    public void configure(Map<String, ?> configs) {}

    /** The authorizer is closed by who made it. */
    @Override
    public void close() throws IOException {}
}
