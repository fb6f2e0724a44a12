package io.polestar.broker.config;

import io.polestar.broker.BrokerConfig;
import io.polestar.broker.PolestarTopicConfigs;
import io.polestar.broker.topic.TopicConfigs;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsSynonym;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.image.ConfigurationsImage;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.metadata.KRaftMetadataCache;
import org.apache.kafka.server.config.ServerTopicConfigSynonyms;
import org.apache.kafka.storage.internals.log.LogConfig;

/** A topic's configs: its own, and behind them what the broker gives it. */
final class TopicDescriber implements ConfigDescriber {
    private final KRaftMetadataCache cache;
    private final TopicConfigs configs;
    private final BrokerSynonyms synonyms;

    TopicDescriber(BrokerConfig config, KRaftMetadataCache cache, BrokerSynonyms synonyms) {
        this.cache = cache;
        this.configs = new TopicConfigs(config);
        this.synonyms = synonyms;
    }

    @Override
    public List<DescribeConfigsResourceResult> describe(DescribeConfigsResource resource, Detail detail) {
        String topic = resource.resourceName();
        Topic.validate(topic);
        MetadataImage image = cache.currentImage();
        if (image.topics().getTopic(topic) == null) {
            throw new UnknownTopicOrPartitionException();
        }
        return describe(resource, image.configs(), detail);
    }

    private List<DescribeConfigsResourceResult> describe(
            DescribeConfigsResource resource, ConfigurationsImage image, Detail detail) {
        String topic = resource.resourceName();
        Map<String, String> own = image.configMapForResource(new ConfigResource(ConfigResource.Type.TOPIC, topic));
        LogConfig effective = configs.of(topic, image);
        List<DescribeConfigsResourceResult> entries = new ArrayList<>();
        values(effective).forEach((name, value) -> {
            if (ConfigEntries.wanted(resource, name)) {
                entries.add(entry(name, value, own, detail)
                        .setDocumentation(detail.documentation() ? documentation(name) : null));
            }
        });
        return entries;
    }

    private static Map<String, Object> values(LogConfig effective) {
        Map<String, Object> values = new HashMap<>(effective.nonInternalValues());
        values.putAll(PolestarTopicConfigs.DEFINITION.parse(effective.originals()));
        return values;
    }

    private static String documentation(String name) {
        return BrokerConfig.TOPIC_DEFINITION.configKeys().get(name).documentation;
    }

    private DescribeConfigsResourceResult entry(String name, Object value, Map<String, String> own, Detail detail) {
        Optional<ConfigDef.Type> type = ConfigEntries.type(BrokerConfig.TOPIC_DEFINITION, name);
        List<DescribeConfigsSynonym> all = new ArrayList<>();
        if (own.containsKey(name)) {
            all.add(ConfigEntries.synonym(name, ConfigEntries.shown(value, type), ConfigSource.TOPIC_CONFIG));
        }
        String brokerName = PolestarTopicConfigs.hasBrokerDefault(name)
                ? name
                : ServerTopicConfigSynonyms.TOPIC_CONFIG_SYNONYMS.get(name);
        if (brokerName != null) {
            all.addAll(synonyms.of(brokerName));
        }
        return ConfigEntries.entry(name, value, type, all, detail);
    }
}
