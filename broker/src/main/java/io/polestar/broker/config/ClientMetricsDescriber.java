package io.polestar.broker.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsSynonym;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.metadata.MetadataCache;
import org.apache.kafka.server.metrics.ClientMetricsConfigs;

/** The configs of a subscription of clients' metrics. It need not exist. */
record ClientMetricsDescriber(MetadataCache cache) implements ConfigDescriber {

    @Override
    public List<DescribeConfigsResourceResult> describe(DescribeConfigsResource resource, Detail detail) {
        String name = resource.resourceName();
        if (name == null || name.isEmpty()) {
            throw new InvalidRequestException("Client metrics subscription name must not be empty");
        }
        Properties own = cache.config(new ConfigResource(ConfigResource.Type.CLIENT_METRICS, name));
        ClientMetricsConfigs effective = ClientMetricsConfigs.fromProps(ClientMetricsConfigs.defaultConfigsMap(), own);
        List<DescribeConfigsResourceResult> entries = new ArrayList<>();
        ConfigEntries.values(effective).forEach((key, value) -> {
            if (ConfigEntries.wanted(resource, key)) {
                entries.add(entry(key, value, own, detail)
                        .setDocumentation(detail.documentation() ? effective.documentationOf(key) : null));
            }
        });
        return entries;
    }

    private static DescribeConfigsResourceResult entry(String name, Object value, Properties own, Detail detail) {
        Optional<ConfigDef.Type> type = ClientMetricsConfigs.configType(name);
        List<DescribeConfigsSynonym> synonyms = own.containsKey(name)
                ? List.of(ConfigEntries.synonym(
                        name, ConfigEntries.shown(value, type), ConfigSource.CLIENT_METRICS_CONFIG))
                : List.of();
        return ConfigEntries.entry(name, value, type, synonyms, detail);
    }
}
