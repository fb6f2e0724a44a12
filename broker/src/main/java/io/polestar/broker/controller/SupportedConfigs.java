package io.polestar.broker.controller;

import io.polestar.broker.PolestarTopicConfigs;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.metadata.SupportedConfigChecker;
import org.apache.kafka.server.config.DefaultSupportedConfigChecker;

/** Which configs the metadata image keeps: what Kafka knows, and ours; others in the metadata log are passed over. */
final class SupportedConfigs implements SupportedConfigChecker {
    private final SupportedConfigChecker kafkas = new DefaultSupportedConfigChecker();

    @Override
    public boolean isSupported(ConfigResource.Type type, String name) {
        return kafkas.isSupported(type, name)
                || type == ConfigResource.Type.TOPIC
                        && PolestarTopicConfigs.DEFINITION.names().contains(name);
    }
}
