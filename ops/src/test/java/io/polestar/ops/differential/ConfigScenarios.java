package io.polestar.ops.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.AlterConfigsRequestData.AlterConfigsResourceCollection;
import org.apache.kafka.common.message.AlterConfigsRequestData.AlterableConfigCollection;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.ListConfigResourcesRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/** Configs told and changed. */
final class ConfigScenarios {
    private static final byte TOPIC = 2;
    private static final byte BROKER = 4;
    private static final byte LOGGER = 8;
    private static final byte CLIENT_METRICS = 16;
    private static final byte GROUP = 32;

    private ConfigScenarios() {}

    static List<Scenario> all() {
        return List.of(
                new Scenario("describe-configs", ConfigScenarios::describe),
                new Scenario("incremental-alter-configs", ConfigScenarios::incremental),
                new Scenario("alter-configs", ConfigScenarios::replace),
                new Scenario("list-config-resources", ConfigScenarios::list));
    }

    private static DescribeConfigsRequestData describe(int type, String name, String... keys) {
        return new DescribeConfigsRequestData()
                .setResources(List.of(new DescribeConfigsResource()
                        .setResourceType((byte) type)
                        .setResourceName(name)
                        .setConfigurationKeys(keys.length == 0 ? null : List.of(keys))));
    }

    private static void describe(Session session) {
        Admin.create(session, "describe-configs", 1, Map.of("retention.ms", "5000", "cleanup.policy", "compact"));
        for (DescribeConfigsRequestData request : List.of(
                describe(TOPIC, "describe-configs"),
                describe(TOPIC, "describe-configs", "retention.ms", "nonsense", "segment.bytes", "retention.ms"),
                describe(TOPIC, "describe-configs", "nonsense"),
                describe(TOPIC, "describe-nothing"),
                describe(TOPIC, "a/b"),
                describe(TOPIC, ""),
                describe(BROKER, "1", "log.retention.ms", "num.io.threads", "log.segment.bytes", "num.partitions"),
                describe(BROKER, "1", "ssl.keystore.password", "log.cleaner.threads", "nonsense"),
                describe(BROKER, ""),
                describe(BROKER, "", "log.retention.ms"),
                describe(BROKER, "2"),
                describe(BROKER, "-1"),
                describe(BROKER, "x"),
                describe(LOGGER, "", "x"),
                describe(LOGGER, "2", "x"),
                describe(LOGGER, "x", "x"),
                describe(CLIENT_METRICS, "describe-metrics"),
                describe(CLIENT_METRICS, ""),
                describe(GROUP, "describe-group"),
                describe(GROUP, "describe-group", "consumer.session.timeout.ms"),
                describe(GROUP, ""),
                describe(0, "x"),
                describe(1, "x"),
                describe(3, "x"),
                describe(99, "x"),
                describe(-1, "x"),
                new DescribeConfigsRequestData())) {
            session.all("" + request, ApiKeys.DESCRIBE_CONFIGS, request);
            session.all(
                    "synonyms " + request,
                    ApiKeys.DESCRIBE_CONFIGS,
                    request.duplicate().setIncludeSynonyms(true).setIncludeDocumentation(true));
        }
        DescribeConfigsRequestData several = describe(TOPIC, "describe-configs", "retention.ms");
        several = several.setResources(List.of(
                several.resources().get(0),
                several.resources().get(0).duplicate().setResourceName("describe-nothing"),
                several.resources().get(0).duplicate().setConfigurationKeys(List.of())));
        session.all("several", ApiKeys.DESCRIBE_CONFIGS, several);
    }

    private static IncrementalAlterConfigsRequestData alter(int type, String name, Object... changes) {
        IncrementalAlterConfigsRequestData.AlterableConfigCollection all =
                new IncrementalAlterConfigsRequestData.AlterableConfigCollection();
        for (int i = 0; i < changes.length; i += 3) {
            all.add(new IncrementalAlterConfigsRequestData.AlterableConfig()
                    .setConfigOperation(((Integer) changes[i]).byteValue())
                    .setName((String) changes[i + 1])
                    .setValue((String) changes[i + 2]));
        }
        return new IncrementalAlterConfigsRequestData()
                .setResources(new IncrementalAlterConfigsRequestData.AlterConfigsResourceCollection(
                        List.of(new IncrementalAlterConfigsRequestData.AlterConfigsResource()
                                        .setResourceType((byte) type)
                                        .setResourceName(name)
                                        .setConfigs(all))
                                .iterator()));
    }

    private static void incremental(Session session) {
        int set = 0;
        int delete = 1;
        int append = 2;
        int subtract = 3;
        for (short version : Session.versions(ApiKeys.INCREMENTAL_ALTER_CONFIGS)) {
            String topic = "incremental-" + version;
            Admin.create(session, topic, 1, Map.of("cleanup.policy", "delete"));
            for (IncrementalAlterConfigsRequestData request : List.of(
                    alter(TOPIC, topic, set, "retention.ms", "100"),
                    alter(TOPIC, topic, set, "retention.ms", "abc"),
                    alter(TOPIC, topic, set, "retention.ms", null),
                    alter(TOPIC, topic, set, "retention.ms", ""),
                    alter(TOPIC, topic, append, "retention.ms", "1"),
                    alter(TOPIC, topic, append, "cleanup.policy", "compact"),
                    alter(TOPIC, topic, append, "cleanup.policy", "compact"),
                    alter(TOPIC, topic, append, "cleanup.policy", "nonsense"),
                    alter(TOPIC, topic, subtract, "cleanup.policy", "delete"),
                    alter(TOPIC, topic, subtract, "cleanup.policy", "delete"),
                    alter(TOPIC, topic, subtract, "cleanup.policy", "compact"),
                    alter(TOPIC, topic, subtract, "retention.ms", "5"),
                    alter(TOPIC, topic, subtract, "compression.type", "gzip"),
                    alter(TOPIC, topic, append, "cleanup.policy", null),
                    alter(TOPIC, topic, append, "leader.replication.throttled.replicas", "0:1"),
                    alter(TOPIC, topic, delete, "retention.ms", null),
                    alter(TOPIC, topic, delete, "retention.ms", "7"),
                    alter(TOPIC, topic, delete, "nonsense", null),
                    alter(TOPIC, topic, set, "nonsense", "1"),
                    alter(TOPIC, topic, set, "", "1"),
                    alter(TOPIC, topic, set, "retention.ms", "1", set, "cleanup.policy", "x"),
                    alter(TOPIC, topic, set, "min.insync.replicas", "2"),
                    alter(TOPIC, topic, set, "segment.bytes", "1"),
                    alter(TOPIC, topic, set, "remote.storage.enable", "true"),
                    alter(TOPIC, topic),
                    alter(TOPIC, "incremental-nothing", set, "retention.ms", "1"),
                    alter(TOPIC, "a/b", set, "retention.ms", "1"),
                    alter(TOPIC, "", set, "retention.ms", "1"),
                    alter(BROKER, "1", set, "log.retention.ms", "86400000"),
                    alter(BROKER, "1", delete, "log.retention.ms", null),
                    alter(BROKER, "", set, "log.retention.ms", "86400000"),
                    alter(BROKER, "", delete, "log.retention.ms", null),
                    alter(BROKER, "1", set, "num.partitions", "3"),
                    alter(BROKER, "1", set, "node.id", "3"),
                    alter(BROKER, "1", set, "nonsense", "3"),
                    alter(BROKER, "1", delete, "nonsense", null),
                    alter(BROKER, "1", set, "log.retention.ms", "abc"),
                    alter(BROKER, "2", set, "log.retention.ms", "1"),
                    alter(BROKER, "x", set, "log.retention.ms", "1"),
                    alter(BROKER, "-1", set, "log.retention.ms", "1"),
                    alter(LOGGER, "1", set, "nonsense", "INFO"),
                    alter(LOGGER, "1", set, "root", "NONSENSE"),
                    alter(LOGGER, "1", delete, "root", null),
                    alter(LOGGER, "1", append, "root", "INFO"),
                    alter(LOGGER, "2", set, "root", "INFO"),
                    alter(LOGGER, "x", set, "root", "INFO"),
                    alter(LOGGER, "", set, "root", "INFO"),
                    alter(CLIENT_METRICS, "m" + version, set, "interval.ms", "1000"),
                    alter(CLIENT_METRICS, "m" + version, set, "interval.ms", "1"),
                    alter(CLIENT_METRICS, "m" + version, append, "metrics", "a"),
                    alter(CLIENT_METRICS, "m" + version, set, "match", "x"),
                    alter(CLIENT_METRICS, "m" + version, set, "nonsense", "x"),
                    alter(CLIENT_METRICS, "", set, "interval.ms", "1000"),
                    alter(GROUP, "g" + version, set, "consumer.session.timeout.ms", "50000"),
                    alter(GROUP, "g" + version, set, "consumer.session.timeout.ms", "1"),
                    alter(GROUP, "g" + version, set, "consumer.heartbeat.interval.ms", "9999999"),
                    alter(GROUP, "g" + version, set, "nonsense", "1"),
                    alter(GROUP, "", set, "consumer.session.timeout.ms", "50000"),
                    alter(0, "x", set, "a", "b"),
                    alter(3, "x", set, "a", "b"),
                    alter(99, "x", set, "a", "b"),
                    new IncrementalAlterConfigsRequestData())) {
                session.call("" + request, ApiKeys.INCREMENTAL_ALTER_CONFIGS, version, request);
                session.call(
                        "validate " + request,
                        ApiKeys.INCREMENTAL_ALTER_CONFIGS,
                        version,
                        request.duplicate().setValidateOnly(true));
            }
            IncrementalAlterConfigsRequestData twice = alter(TOPIC, topic, set, "retention.ms", "1");
            twice.resources()
                    .mustAdd(alter(TOPIC, topic, set, "retention.ms", "2")
                            .resources()
                            .iterator()
                            .next()
                            .duplicate());
            session.call("resource twice", ApiKeys.INCREMENTAL_ALTER_CONFIGS, version, twice);
            IncrementalAlterConfigsRequestData key = alter(TOPIC, topic, set, "retention.ms", "1");
            key.resources()
                    .iterator()
                    .next()
                    .configs()
                    .mustAdd(new IncrementalAlterConfigsRequestData.AlterableConfig()
                            .setName("retention.ms")
                            .setConfigOperation((byte) 1));
            session.call("key twice", ApiKeys.INCREMENTAL_ALTER_CONFIGS, version, key);
            told(session, topic);
        }
    }

    private static void told(Session session, String topic) {
        session.call("what is set", ApiKeys.DESCRIBE_CONFIGS, (short) 4, describe(TOPIC, topic));
    }

    private static AlterConfigsRequestData replace(int type, String name, String... configs) {
        AlterableConfigCollection all = new AlterableConfigCollection();
        for (int i = 0; i < configs.length; i += 2) {
            all.add(new AlterConfigsRequestData.AlterableConfig()
                    .setName(configs[i])
                    .setValue(configs[i + 1]));
        }
        return new AlterConfigsRequestData()
                .setResources(new AlterConfigsResourceCollection(List.of(new AlterConfigsResource()
                                .setResourceType((byte) type)
                                .setResourceName(name)
                                .setConfigs(all))
                        .iterator()));
    }

    private static void replace(Session session) {
        for (short version : Session.versions(ApiKeys.ALTER_CONFIGS)) {
            String topic = "replace-" + version;
            Admin.create(session, topic, 1, Map.of("retention.bytes", "7"));
            for (AlterConfigsRequestData request : List.of(
                    replace(TOPIC, topic, "retention.ms", "100"),
                    replace(TOPIC, topic, "retention.ms", null),
                    replace(TOPIC, topic, "retention.ms", "abc"),
                    replace(TOPIC, topic, "nonsense", "1"),
                    replace(TOPIC, topic),
                    replace(TOPIC, "replace-nothing", "retention.ms", "100"),
                    replace(TOPIC, "", "retention.ms", "100"),
                    replace(BROKER, "1"),
                    replace(BROKER, "1", "nonsense", "1"),
                    replace(BROKER, ""),
                    replace(BROKER, "2", "log.retention.ms", "100"),
                    replace(BROKER, "x", "log.retention.ms", "100"),
                    replace(LOGGER, "1", "root", "INFO"),
                    replace(CLIENT_METRICS, "rm" + version, "interval.ms", "1000"),
                    replace(GROUP, "rg" + version, "consumer.session.timeout.ms", "50000"),
                    replace(0, "x", "a", "b"),
                    replace(99, "x", "a", "b"),
                    new AlterConfigsRequestData())) {
                session.call("" + request, ApiKeys.ALTER_CONFIGS, version, request);
                session.call(
                        "validate " + request,
                        ApiKeys.ALTER_CONFIGS,
                        version,
                        request.duplicate().setValidateOnly(true));
            }
            told(session, topic);
        }
    }

    private static void list(Session session) {
        List<List<Byte>> types = new ArrayList<>(List.of(List.of(), List.of(CLIENT_METRICS), List.of(GROUP)));
        types.addAll(List.of(
                List.of(BROKER),
                List.of(LOGGER),
                List.of((byte) 0),
                List.of((byte) 3),
                List.of((byte) 99),
                List.of(GROUP, BROKER, GROUP)));
        for (List<Byte> each : types) {
            ApiMessage request = new ListConfigResourcesRequestData().setResourceTypes(each);
            session.all("types " + each, ApiKeys.LIST_CONFIG_RESOURCES, request);
        }
    }
}
