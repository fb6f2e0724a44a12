package io.polestar.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;

/**
 * Creates topics, changes their configs and commits groups' offsets, on a thread of its own, across the broker's restarts.
 * Values only grow, so that what was acknowledged is a lower bound of what must be found, and what was tried an upper one.
 */
final class AdminChurn {
    private static final String CONFIG = "retention.ms";
    private static final int GROUPS = 5;
    private static final int TOPICS = 8;
    private static final int ANSWER_SECONDS = 5;

    private final TopicPartition partition;
    private final Admin admin;
    private final Map<String, Long> commitsAcknowledged = new ConcurrentHashMap<>();
    private final Map<String, Long> configsAcknowledged = new ConcurrentHashMap<>();
    private final Thread thread = new Thread(this::run);
    private volatile boolean finishing;
    private volatile long tried;

    private AdminChurn(String bootstrapServers, TopicPartition partition) {
        this.partition = partition;
        this.admin = Admin.create(Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "reconnect.backoff.max.ms",
                200,
                "request.timeout.ms",
                2000,
                "default.api.timeout.ms",
                4000));
    }

    /** @param partition whose offsets the groups commit */
    static AdminChurn start(String bootstrapServers, TopicPartition partition) {
        AdminChurn churn = new AdminChurn(bootstrapServers, partition);
        churn.thread.start();
        return churn;
    }

    private void run() {
        while (!finishing) {
            long value = ++tried;
            String group = "group-" + value % GROUPS;
            if (succeeds(admin.alterConsumerGroupOffsets(group, Map.of(partition, new OffsetAndMetadata(value)))
                    .all())) {
                commitsAcknowledged.put(group, value);
            }
            String topic = "topic-" + value % TOPICS;
            if (succeeds(configsAcknowledged.containsKey(topic) ? alter(topic, value) : create(topic, value))) {
                configsAcknowledged.put(topic, value);
            }
        }
    }

    private KafkaFuture<Void> create(String topic, long value) {
        NewTopic created = new NewTopic(topic, 1, (short) 1).configs(Map.of(CONFIG, Long.toString(value)));
        return admin.createTopics(List.of(created)).all();
    }

    private KafkaFuture<Void> alter(String topic, long value) {
        AlterConfigOp set = new AlterConfigOp(new ConfigEntry(CONFIG, Long.toString(value)), AlterConfigOp.OpType.SET);
        return admin.incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.TOPIC, topic), List.of(set)))
                .all();
    }

    /** False where it is not known whether it was done. */
    private static boolean succeeds(KafkaFuture<Void> answer) {
        try {
            answer.get(ANSWER_SECONDS, TimeUnit.SECONDS);
            return true;
        } catch (ExecutionException | TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Ends the changes and looks whether everything acknowledged is there. */
    void finishAndCheck() throws Exception {
        finishing = true;
        thread.join();
        try (admin) {
            assertEquals(GROUPS, commitsAcknowledged.size(), "every group committed at some time");
            for (Map.Entry<String, Long> commit : commitsAcknowledged.entrySet()) {
                OffsetAndMetadata found = admin.listConsumerGroupOffsets(commit.getKey())
                        .partitionsToOffsetAndMetadata()
                        .get(20, TimeUnit.SECONDS)
                        .get(partition);
                assertNotNull(found, commit.getKey());
                assertBetween(commit.getValue(), found.offset(), commit.getKey());
            }
            for (Map.Entry<String, Long> config : configsAcknowledged.entrySet()) {
                assertBetween(config.getValue(), configOf(config.getKey()), config.getKey());
            }
        }
    }

    private long configOf(String topic) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        return Long.parseLong(admin.describeConfigs(List.of(resource))
                .all()
                .get(20, TimeUnit.SECONDS)
                .get(resource)
                .get(CONFIG)
                .value());
    }

    private void assertBetween(long acknowledged, long found, String what) {
        assertTrue(
                acknowledged <= found && found <= tried,
                what + ": acknowledged " + acknowledged + ", found " + found + ", tried " + tried);
    }
}
