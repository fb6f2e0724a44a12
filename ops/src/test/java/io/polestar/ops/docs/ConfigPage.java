package io.polestar.ops.docs;

import io.polestar.broker.BrokerConfig;
import io.polestar.broker.PolestarTopicConfigs;
import io.polestar.broker.config.DynamicConfigs;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.utils.AppInfoParser;
import org.apache.kafka.server.config.AbstractKafkaConfig;

/** docs/CONFIG.md: Polestar's own settings, and where its defaults are not Kafka's. */
final class ConfigPage {
    private static final String OURS = "polestar.";

    String text() {
        return """
                # Configuration

                %s

                Polestar takes the broker configs of Apache Kafka %s by their own names, types and checks, and its own below. They are given
                in a file (`serve --config FILE`; `.properties`, `.yaml`, `.yml` or `.json`) or one by one (`--set key=value`, which wins). An
                unknown name, or a value that is not allowed, ends the start with exit code 2 and a line that names it. A setting of
                something that Polestar does not have yet is taken and does nothing.

                ## Settings of Polestar

                | setting | type | default | allowed | meaning |
                | --- | --- | --- | --- | --- |
                %s
                Configs of a topic too, where they win over the broker's: %s.

                ## Configs of a topic alone

                They make a topic a [view](GUIDE.md#views), when it is created.

                | config | type | default | allowed | meaning |
                | --- | --- | --- | --- | --- |
                %s
                ## Settings that change while it runs

                For all brokers or for this one, by any admin client (`kafka-configs --entity-type brokers`); a topic's own config wins over
                its default: %s.

                Kafka's other dynamic configs are taken, shown, and do nothing.

                ## Defaults that differ from Kafka's

                Polestar is one node in one process: nothing has to be set to start it.

                | setting | Polestar | Kafka |
                | --- | --- | --- |
                %s""".formatted(
                        Pages.GENERATED,
                        AppInfoParser.getVersion(),
                        ours(),
                        ofTopics(),
                        ofTopicsAlone(),
                        dynamic(),
                        differing());
    }

    private static String ours() {
        return rows(BrokerConfig.DEFINITION, name -> name.startsWith(OURS));
    }

    private static String ofTopicsAlone() {
        return rows(PolestarTopicConfigs.DEFINITION, name -> !PolestarTopicConfigs.hasBrokerDefault(name));
    }

    private static String rows(ConfigDef definition, Predicate<String> wanted) {
        Map<String, ConfigKey> keys = new TreeMap<>(definition.configKeys());
        return keys.values().stream()
                .filter(key -> wanted.test(key.name))
                .map(key -> "| `%s` | %s | %s | %s | %s |%n"
                        .formatted(
                                key.name,
                                key.type.name().toLowerCase(Locale.ROOT),
                                code(key.defaultValue),
                                key.validator == null ? "" : "`" + key.validator + "`",
                                key.documentation))
                .collect(Collectors.joining());
    }

    private static String ofTopics() {
        return PolestarTopicConfigs.DEFINITION.names().stream()
                .filter(PolestarTopicConfigs::hasBrokerDefault)
                .sorted()
                .map(ConfigPage::code)
                .collect(Collectors.joining(", "));
    }

    private static String dynamic() {
        return DynamicConfigs.followed().stream()
                .filter(BrokerConfig.DEFINITION.names()::contains)
                .sorted()
                .map(ConfigPage::code)
                .collect(Collectors.joining(", "));
    }

    private static String differing() {
        Map<String, Object> kafkas = AbstractKafkaConfig.CONFIG_DEF.defaultValues();
        return new TreeMap<>(BrokerConfig.SINGLE_NODE_DEFAULTS)
                .entrySet().stream()
                        .map(ours -> "| `%s` | %s | %s |%n"
                                .formatted(
                                        ours.getKey(),
                                        code(ours.getValue()),
                                        kafkas(ours.getKey(), kafkas.get(ours.getKey()))))
                        .collect(Collectors.joining());
    }

    private static String kafkas(String name, Object value) {
        ConfigKey key = AbstractKafkaConfig.CONFIG_DEF.configKeys().get(name);
        return value == null ? "none" : code(ConfigDef.convertToString(value, key.type));
    }

    private static String code(Object value) {
        return value.toString().isEmpty() ? "empty" : "`" + value + "`";
    }
}
