package io.polestar.broker.config;

import io.polestar.broker.BrokerConfig;
import io.polestar.broker.PolestarTopicConfigs;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.coordinator.share.ShareCoordinatorConfig;
import org.apache.kafka.coordinator.transaction.TransactionLogConfig;
import org.apache.kafka.image.ConfigurationsImage;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.loader.LoaderManifest;
import org.apache.kafka.image.publisher.MetadataPublisher;
import org.apache.kafka.network.SocketServer;
import org.apache.kafka.server.config.ServerTopicConfigSynonyms;
import org.apache.kafka.server.metrics.MetricConfigs;
import org.apache.kafka.storage.internals.log.LogCleaner;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the parts of the broker of its dynamic configs, as soon as the metadata image has them: the cluster's over the
 * broker's file, this broker's over the cluster's. On the metadata loader's thread.
 */
public final class DynamicConfigs implements MetadataPublisher {
    private static final Logger LOG = LoggerFactory.getLogger(DynamicConfigs.class);

    private final BrokerConfig config;
    private final ConfigResource cluster = new ConfigResource(ConfigResource.Type.BROKER, "");
    private final ConfigResource node;
    private final List<Consumer<BrokerConfig>> followers = new CopyOnWriteArrayList<>();

    public DynamicConfigs(BrokerConfig config) {
        this.config = config;
        this.node = new ConfigResource(ConfigResource.Type.BROKER, Integer.toString(config.nodeId()));
    }

    /** The settings that hold as soon as they are changed; topics follow their defaults by themselves. For documents. */
    public static Set<String> followed() {
        return Stream.of(
                        ServerTopicConfigSynonyms.TOPIC_CONFIG_SYNONYMS.values(),
                        PolestarTopicConfigs.DEFINITION.names(),
                        LogCleaner.RECONFIGURABLE_CONFIGS,
                        SocketServer.RECONFIGURABLE_CONFIGS,
                        GroupCoordinatorConfig.RECONFIGURABLE_CONFIGS,
                        ShareCoordinatorConfig.RECONFIGURABLE_CONFIGS,
                        Set.of(
                                TransactionLogConfig.PRODUCER_ID_EXPIRATION_MS_CONFIG,
                                MetricConfigs.METRIC_REPORTER_CLASSES_CONFIG))
                .flatMap(Collection::stream)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** @param follower is given all settings whenever one has changed; must not block */
    public void follow(Consumer<BrokerConfig> follower) {
        followers.add(follower);
    }

    @Override
    public String name() {
        return "dynamic-configs";
    }

    @Override
    public void onMetadataUpdate(MetadataDelta delta, MetadataImage image, LoaderManifest manifest) {
        if (delta.configsDelta() == null) {
            return;
        }
        var changed = delta.configsDelta().changes().keySet();
        if (changed.contains(cluster) || changed.contains(node)) {
            tell(image.configs());
        }
    }

    private void tell(ConfigurationsImage image) {
        try {
            BrokerConfig now =
                    config.overriddenBy(List.of(image.configMapForResource(cluster), image.configMapForResource(node)));
            followers.forEach(follower -> tell(follower, now));
        } catch (RuntimeException e) {
            LOG.error("event=dynamic_configs_unusable action=kept_as_they_were", e);
        }
    }

    private static void tell(Consumer<BrokerConfig> follower, BrokerConfig now) {
        try {
            follower.accept(now);
        } catch (RuntimeException e) {
            LOG.error("event=dynamic_configs_not_applied", e);
        }
    }

    static Map<String, String> asMap(Properties properties) {
        Map<String, String> map = new HashMap<>();
        properties.stringPropertyNames().forEach(name -> map.put(name, properties.getProperty(name)));
        return map;
    }
}
