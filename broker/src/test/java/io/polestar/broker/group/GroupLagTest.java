package io.polestar.broker.group;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class GroupLagTest {
    private static final String TOPIC = "weather.wind.seattle";

    @TempDir
    Path directory;

    private GroupFixture broker;
    private GroupLag lag;
    private long nowMs = 1_000_000;

    @BeforeEach
    void start() {
        broker = GroupFixture.start(directory);
        broker.createTopic(TOPIC, 2);
        broker.ready("weather");
        lag = new GroupLag(broker.coordinators(), broker.partitions(), () -> nowMs);
        for (int i = 0; i < 10; i++) {
            broker.append(TOPIC, 0, MemoryRecords.withRecords(Compression.NONE, new SimpleRecord("v".getBytes())));
        }
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    @Test
    void shouldTellCommittedEndAndLagOfEachPartition() throws Exception {
        commit("weather", 0, 4);
        commit("weather", 1, 0);
        commit("station", 0, 10);

        refresh();

        assertEquals(
                List.of(
                        new GroupLag.Row("station", new TopicPartition(TOPIC, 0), 10, 10),
                        new GroupLag.Row("weather", new TopicPartition(TOPIC, 0), 4, 10),
                        new GroupLag.Row("weather", new TopicPartition(TOPIC, 1), 0, 0)),
                lag.rows());
        assertEquals(6, lag.rows().get(1).lag());
    }

    @Test
    void shouldShowGaugesAndRemoveThoseOfDeletedGroups() throws Exception {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        lag.bindTo(registry);
        commit("weather", 0, 4);
        refresh();
        assertEquals(
                6,
                registry.get(GroupLag.METER)
                        .tags("group", "weather", "topic", TOPIC, "partition", "0")
                        .gauge()
                        .value());

        broker.call(ApiKeys.DELETE_GROUPS, new DeleteGroupsRequestData().setGroupsNames(List.of("weather")));
        nowMs += 5_000;
        refresh();

        assertNull(registry.find(GroupLag.METER).gauge());
    }

    @Test
    void shouldNameTheGaugeAsPrometheusDoes() throws Exception {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        lag.bindTo(registry);
        commit("weather", 0, 4);
        refresh();

        assertTrue(registry.scrape().contains("polestar_group_lag{group=\"weather\""), registry.scrape());
    }

    @Test
    void shouldKeepTheAnswerForAFewSeconds() throws Exception {
        refresh();
        commit("weather", 0, 4);

        refresh();
        assertTrue(lag.rows().isEmpty());
        nowMs += 5_000;
        refresh();

        assertFalse(lag.rows().isEmpty());
    }

    private void refresh() throws Exception {
        lag.refresh().get(10, TimeUnit.SECONDS);
    }

    private void commit(String group, int partition, long offset) {
        broker.call(
                ApiKeys.OFFSET_COMMIT,
                9,
                new OffsetCommitRequestData()
                        .setGroupId(group)
                        .setTopics(List.of(new OffsetCommitRequestTopic()
                                .setName(TOPIC)
                                .setPartitions(List.of(new OffsetCommitRequestPartition()
                                        .setPartitionIndex(partition)
                                        .setCommittedOffset(offset))))));
    }
}
