package io.polestar.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class GroupsSurviveKillIT {
    private static final TopicPartition PARTITION = new TopicPartition("weather.wind.seattle", 0);
    private static final int COMMITS = 200;
    private static final int GROUPS = 20;

    @TempDir
    Path directory;

    @Test
    void shouldKeepEveryAcknowledgedCommitWhenBrokerIsKilled() throws Exception {
        try (BrokerProcess broker = BrokerProcess.start(directory);
                Admin admin = admin(broker)) {
            admin.createTopics(List.of(new NewTopic(PARTITION.topic(), 1, (short) 1)))
                    .all()
                    .get(20, TimeUnit.SECONDS);
            for (int i = 0; i < COMMITS; i++) {
                admin.alterConsumerGroupOffsets(group(i), Map.of(PARTITION, new OffsetAndMetadata(i)))
                        .all()
                        .get(20, TimeUnit.SECONDS);
            }
            broker.kill();
        }

        try (BrokerProcess broker = BrokerProcess.start(directory);
                Admin admin = admin(broker)) {
            assertEquals(
                    GROUPS, admin.listGroups().all().get(20, TimeUnit.SECONDS).size());
            for (int i = COMMITS - GROUPS; i < COMMITS; i++) {
                assertEquals(i, committed(admin, group(i)));
            }
        }
    }

    private static String group(int commit) {
        return "group-" + commit % GROUPS;
    }

    private static long committed(Admin admin, String group) throws Exception {
        return admin.listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get(20, TimeUnit.SECONDS)
                .get(PARTITION)
                .offset();
    }

    private static Admin admin(BrokerProcess broker) {
        return Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
    }
}
