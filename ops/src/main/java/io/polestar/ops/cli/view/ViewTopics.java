package io.polestar.ops.cli.view;

import io.polestar.broker.ViewConfigs;
import io.polestar.ops.cli.CliException;
import io.polestar.ops.cli.ClientOptions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;

/** Finds views among the topics, by their configs. */
final class ViewTopics {
    /** The configs of so many topics are asked for at once. */
    private static final int AT_ONCE = 500;

    private final ClientOptions options;
    private final Admin admin;

    ViewTopics(ClientOptions options, Admin admin) {
        this.options = options;
        this.admin = admin;
    }

    /** The configs of each view among the topics, by name. */
    Map<String, Config> among(Collection<String> topics) {
        Map<String, Config> views = new TreeMap<>();
        List<String> all = List.copyOf(topics);
        for (int i = 0; i < all.size(); i += AT_ONCE) {
            describe(all.subList(i, Math.min(all.size(), i + AT_ONCE)), views);
        }
        return views;
    }

    private void describe(List<String> topics, Map<String, Config> views) {
        List<ConfigResource> resources = new ArrayList<>();
        topics.forEach(topic -> resources.add(new ConfigResource(ConfigResource.Type.TOPIC, topic)));
        admin.describeConfigs(resources).values().forEach((resource, answer) -> {
            Config config = options.await(answer, "view " + resource.name());
            if (!value(config, ViewConfigs.PATTERN).isEmpty()) {
                views.put(resource.name(), config);
            }
        });
    }

    /** @throws CliException if the topic is not there or no view */
    Config one(String name) {
        Config config = among(List.of(name)).get(name);
        if (config == null) {
            throw CliException.failed("view " + name + ": the topic is no view");
        }
        return config;
    }

    static String value(Config config, String name) {
        ConfigEntry entry = config.get(name);
        return entry == null || entry.value() == null ? "" : entry.value();
    }
}
