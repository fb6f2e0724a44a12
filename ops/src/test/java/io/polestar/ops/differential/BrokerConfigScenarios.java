package io.polestar.ops.differential;

import java.util.List;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResourceCollection;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfigCollection;
import org.apache.kafka.common.protocol.ApiKeys;

/** What a running broker may be changed to; nothing is. */
final class BrokerConfigScenarios {
    private static final byte BROKER = 4;
    private static final byte SET = 0;
    private static final String THIS = "1";
    private static final String ALL = "";

    private BrokerConfigScenarios() {}

    static List<Scenario> all() {
        return List.of(new Scenario("broker-configs", BrokerConfigScenarios::alter));
    }

    private static void alter(Session session) {
        for (String[] change : new String[][] {
            {"log.cleaner.threads", "0", "1", "2", "3", "-1", "x"},
            {"log.cleaner.io.max.bytes.per.second", "0", "1000", "-1", "x"},
            {"log.cleaner.dedupe.buffer.size", "1", "-1", "100000000"},
            {"log.cleaner.dedupe.buffer.load.factor", "0", "0.5", "2"},
            {"log.cleaner.backoff.ms", "-1", "0", "10"},
            {"num.io.threads", "0", "1", "4", "8", "16", "17", "1000"},
            {"num.network.threads", "0", "1", "6", "1000"},
            {"num.replica.fetchers", "0", "1", "2", "3"},
            {"num.recovery.threads.per.data.dir", "0", "1", "4", "5"},
            {"background.threads", "0", "1", "5", "20", "21"},
            {"max.connections", "-1", "0", "1", "x"},
            {"max.connections.per.ip", "-1", "0", "1"},
            {"max.connections.per.ip.overrides", "", "127.0.0.1", "127.0.0.1:5", "127.0.0.1:x", "::1:5", "a_b:5"},
            {"max.connection.creation.rate", "-1", "0", "1"},
            {"producer.id.expiration.ms", "-1", "0", "1"},
            {"transaction.partition.verification.enable", "true", "no"},
            {"group.consumer.assignment.interval.ms", "-1", "0", "1000", "999999"},
            {"group.share.assignment.interval.ms", "-1", "0", "1000", "999999"},
            {"group.streams.assignment.interval.ms", "-1", "0", "1000", "999999"},
            {"group.coordinator.cached.buffer.max.bytes", "1", "1000000"},
            {"share.coordinator.cached.buffer.max.bytes", "1", "1000000"},
            {"message.max.bytes", "-1", "0", "1"},
            {"log.segment.bytes", "1", "1048576"},
            {"log.retention.ms", "-2", "-1", "0", "1"},
            {"log.retention.hours", "1"},
            {"log.cleanup.policy", "compact", "nonsense", ""},
            {"compression.type", "gzip", "nonsense"},
            {"log.message.timestamp.type", "LogAppendTime", "nonsense"},
            {"min.insync.replicas", "0"},
            {"unclean.leader.election.enable", "true", "x"},
            {"cordoned.log.dirs", "/nonsense", ""},
            {"leader.replication.throttled.rate", "-1", "0", "1"},
            {"follower.replication.throttled.rate", "1"},
            {"remote.fetch.max.wait.ms", "0", "1"},
            {"ssl.keystore.location", "x"},
            {"listener.name.plaintext.ssl.keystore.location", "x"},
            {"listener.name.plaintext.max.connections", "0", "5"},
            {"listener.name.nothing.max.connections", "5"},
            {"listener.name.plaintext.nonsense", "5"},
            {"auto.create.topics.enable", "false"},
            {"num.partitions", "3"},
            {"log.dirs", "/x"}
        }) {
            for (int i = 1; i < change.length; i++) {
                for (String broker : List.of(THIS, ALL)) {
                    session.all(
                            "broker '" + broker + "' " + change[0] + "=" + change[i],
                            ApiKeys.INCREMENTAL_ALTER_CONFIGS,
                            request(broker, change[0], change[i]));
                }
            }
        }
    }

    private static IncrementalAlterConfigsRequestData request(String broker, String name, String value) {
        AlterableConfigCollection configs = new AlterableConfigCollection();
        configs.add(new AlterableConfig().setConfigOperation(SET).setName(name).setValue(value));
        return new IncrementalAlterConfigsRequestData()
                .setValidateOnly(true)
                .setResources(new AlterConfigsResourceCollection(List.of(new AlterConfigsResource()
                                .setResourceType(BROKER)
                                .setResourceName(broker)
                                .setConfigs(configs))
                        .iterator()));
    }
}
