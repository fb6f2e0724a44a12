package io.polestar.broker.config;

import io.polestar.broker.BrokerConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsSynonym;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.server.config.DynamicBrokerConfig;

/** This broker's configs, or, for the empty name, the dynamic ones of all brokers. */
final class BrokerDescriber implements ConfigDescriber {
    private final BrokerConfig config;
    private final BrokerSynonyms synonyms;

    BrokerDescriber(BrokerConfig config, BrokerSynonyms synonyms) {
        this.config = config;
        this.synonyms = synonyms;
    }

    @Override
    public List<DescribeConfigsResourceResult> describe(DescribeConfigsResource resource, Detail detail) {
        String name = resource.resourceName();
        if (name == null || name.isEmpty()) {
            return entries(resource, synonyms.ofCluster(), false, detail);
        }
        if (NodeIds.parse(name) != config.nodeId()) {
            throw new InvalidRequestException(
                    "Unexpected broker id, expected " + config.nodeId() + " or empty string, but received " + name);
        }
        Map<String, Object> values = ConfigEntries.values(config);
        values.putAll(synonyms.ofCluster());
        values.putAll(synonyms.ofBroker());
        return entries(resource, values, true, detail);
    }

    private List<DescribeConfigsResourceResult> entries(
            DescribeConfigsResource resource, Map<String, ?> values, boolean ofThisBroker, Detail detail) {
        List<DescribeConfigsResourceResult> entries = new ArrayList<>();
        values.forEach((name, value) -> {
            if (ConfigEntries.wanted(resource, name)) {
                entries.add(entry(name, value, ofThisBroker, detail));
            }
        });
        return entries;
    }

    private DescribeConfigsResourceResult entry(String name, Object value, boolean ofThisBroker, Detail detail) {
        List<DescribeConfigsSynonym> all = synonyms.of(name).stream()
                .filter(s -> ofThisBroker || s.source() == ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG.id())
                .toList();
        return ConfigEntries.entry(name, value, BrokerSynonyms.type(name), all, detail)
                .setReadOnly(!DynamicBrokerConfig.ALL_DYNAMIC_CONFIGS.contains(name))
                .setDocumentation(detail.documentation() ? config.documentationOf(name) : null);
    }
}
