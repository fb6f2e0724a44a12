package io.polestar.broker.api;

import io.polestar.broker.ViewConfigs;
import io.polestar.broker.security.Access;
import io.polestar.protocol.pattern.InvalidPatternException;
import io.polestar.protocol.pattern.TopicPattern;
import java.util.Optional;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.metadata.MetadataCache;

/**
 * Whether a client may make a view: it must be allowed to read every topic that matches, and those to come. For them it is
 * asked for the pattern as if it were a topic's name, which an ACL on a prefix of it, or on all topics, covers.
 *
 * @param cache the topics there are
 */
record ViewCreation(MetadataCache cache, Access access) {

    /** A pattern that is none is refused by the controller. */
    boolean isAllowed(RequestContext context, CreatableTopic topic) {
        return topic.configs().stream()
                .filter(config -> config.name().equals(ViewConfigs.PATTERN) && config.value() != null)
                .flatMap(config -> pattern(config.value()).stream())
                .allMatch(pattern -> mayRead(context, pattern));
    }

    private static Optional<TopicPattern> pattern(String text) {
        try {
            return Optional.of(TopicPattern.parse(text));
        } catch (InvalidPatternException e) {
            return Optional.empty();
        }
    }

    private boolean mayRead(RequestContext context, TopicPattern pattern) {
        return mayRead(context, pattern.toString())
                && cache.getAllTopics().stream().filter(pattern::matches).allMatch(topic -> mayRead(context, topic));
    }

    private boolean mayRead(RequestContext context, String name) {
        return access.allowed(context, AclOperation.READ, ResourceType.TOPIC, name);
    }
}
