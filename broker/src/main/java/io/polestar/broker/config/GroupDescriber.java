package io.polestar.broker.config;

import io.polestar.broker.BrokerConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsSynonym;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.coordinator.group.GroupConfig;
import org.apache.kafka.metadata.MetadataCache;

/** A group's configs: its own, and behind them what the broker gives to groups. The group need not exist. */
final class GroupDescriber implements ConfigDescriber {
    private final BrokerConfig config;
    private final MetadataCache cache;
    private final BrokerSynonyms synonyms;

    GroupDescriber(BrokerConfig config, MetadataCache cache, BrokerSynonyms synonyms) {
        this.config = config;
        this.cache = cache;
        this.synonyms = synonyms;
    }

    @Override
    public List<DescribeConfigsResourceResult> describe(DescribeConfigsResource resource, Detail detail) {
        String group = resource.resourceName();
        if (group == null || group.isEmpty()) {
            throw new InvalidRequestException("Group name must not be empty");
        }
        Properties own = cache.groupConfig(group);
        GroupConfig effective = GroupConfig.fromProps(config.extractGroupConfigMap(), own);
        List<DescribeConfigsResourceResult> entries = new ArrayList<>();
        ConfigEntries.values(effective).forEach((name, value) -> {
            if (ConfigEntries.wanted(resource, name)) {
                entries.add(entry(name, value, own, detail)
                        .setDocumentation(detail.documentation() ? effective.documentationOf(name) : null));
            }
        });
        return entries;
    }

    private DescribeConfigsResourceResult entry(String name, Object value, Properties own, Detail detail) {
        Optional<ConfigDef.Type> type = GroupConfig.configType(name);
        List<DescribeConfigsSynonym> all = new ArrayList<>();
        if (own.containsKey(name)) {
            all.add(ConfigEntries.synonym(name, ConfigEntries.shown(value, type), ConfigSource.GROUP_CONFIG));
        }
        Optional<String> brokerName = GroupConfig.brokerSynonym(name);
        if (brokerName.isPresent()) {
            all.addAll(synonyms.of(brokerName.get()));
        } else {
            all.addAll(groupDefault(name, type));
        }
        return ConfigEntries.entry(name, value, type, all, detail);
    }

    private static List<DescribeConfigsSynonym> groupDefault(String name, Optional<ConfigDef.Type> type) {
        Object value = GroupConfig.CONFIG_DEF.defaultValues().get(name);
        return value == null
                ? List.of()
                : List.of(ConfigEntries.synonym(name, ConfigEntries.shown(value, type), ConfigSource.DEFAULT_CONFIG));
    }
}
