package io.polestar.broker.config;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;

/** The levels of this broker's loggers. */
record LoggerDescriber(int nodeId, LoggerLevels levels) implements ConfigDescriber {

    @Override
    public List<DescribeConfigsResourceResult> describe(DescribeConfigsResource resource, Detail detail) {
        String name = resource.resourceName();
        if (name == null || name.isEmpty()) {
            throw new InvalidRequestException("Broker id must not be empty");
        }
        NodeIds.require(nodeId, name);
        List<DescribeConfigsResourceResult> entries = new ArrayList<>();
        levels.all().forEach((logger, level) -> {
            if (ConfigEntries.wanted(resource, logger)) {
                entries.add(new DescribeConfigsResourceResult()
                        .setName(logger)
                        .setValue(level)
                        .setConfigSource(ConfigSource.DYNAMIC_BROKER_LOGGER_CONFIG.id()));
            }
        });
        return entries;
    }
}
