package io.polestar.broker.config;

import io.polestar.broker.BrokerConfig;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.metadata.KRaftMetadataCache;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Describes the configs of any resource. Safe for use from any thread. */
public final class ConfigDescriptions {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigDescriptions.class);

    private final Map<ConfigResource.Type, ConfigDescriber> describers;

    public ConfigDescriptions(BrokerConfig config, KRaftMetadataCache cache, LoggerLevels levels) {
        BrokerSynonyms synonyms = new BrokerSynonyms(config, cache);
        this.describers = Map.of(
                ConfigResource.Type.TOPIC, new TopicDescriber(config, cache, synonyms),
                ConfigResource.Type.BROKER, new BrokerDescriber(config, synonyms),
                ConfigResource.Type.BROKER_LOGGER, new LoggerDescriber(config.nodeId(), levels),
                ConfigResource.Type.CLIENT_METRICS, new ClientMetricsDescriber(cache),
                ConfigResource.Type.GROUP, new GroupDescriber(config, cache, synonyms));
    }

    /** The resource's configs, or in their place the error. */
    public DescribeConfigsResult describe(DescribeConfigsResource resource, DescribeConfigsRequestData request) {
        DescribeConfigsResult result = new DescribeConfigsResult()
                .setResourceName(resource.resourceName())
                .setResourceType(resource.resourceType());
        var detail = new ConfigDescriber.Detail(request.includeSynonyms(), request.includeDocumentation());
        try {
            return result.setConfigs(describer(resource).describe(resource, detail));
        } catch (RuntimeException e) {
            return refused(result, e);
        }
    }

    private ConfigDescriber describer(DescribeConfigsResource resource) {
        ConfigResource.Type type = ConfigResource.Type.forId(resource.resourceType());
        ConfigDescriber describer = describers.get(type);
        if (describer == null) {
            throw new InvalidRequestException("Unsupported resource type: " + type);
        }
        return describer;
    }

    private static DescribeConfigsResult refused(DescribeConfigsResult result, RuntimeException e) {
        if (!(e instanceof ApiException)) {
            LOG.error("Cannot describe configs of {} {}", result.resourceType(), result.resourceName(), e);
        }
        ApiError error = ApiError.fromThrowable(e);
        return result.setErrorCode(error.error().code())
                .setErrorMessage(error.message())
                .setConfigs(List.of());
    }
}
