package io.polestar.broker.controller;

import static io.polestar.broker.controller.ControllerFixture.await;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.NotControllerException;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.image.TopicImage;
import org.apache.kafka.metadata.BrokerRegistration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class EmbeddedControllerTest {
    private static final String SNAPSHOT_BYTES = "metadata.log.max.record.bytes.between.snapshots";

    /** With it a broker that must wait for its old session is never served. */
    private static final String SESSION_TIMEOUT = "broker.session.timeout.ms";

    private static final int NEVER = 3_600_000;

    @TempDir
    Path directory;

    @Test
    void shouldServeAnUnfencedBrokerWhenFormattedAtTheFirstStart() {
        try (ControllerFixture fixture = ControllerFixture.builder(directory).start()) {
            BrokerRegistration broker = registration(fixture);

            assertFalse(broker.fenced());
            assertEquals(19092, broker.listeners().get("PLAINTEXT").port());
            assertEquals(broker.epoch(), fixture.controller().brokerEpoch());
            assertEquals(0, fixture.controller().metadataCache().getAllTopics().size());
        }
    }

    @Test
    void shouldLeadNewPartitionsWhenTheirCreationIsApplied() {
        try (ControllerFixture fixture = ControllerFixture.builder(directory).start()) {
            createTopic(fixture, "weather");

            TopicImage topic = topic(fixture, "weather");
            assertEquals(2, topic.partitions().size());
            assertEquals(1, topic.partitions().get(0).leader);
        }
    }

    @Test
    void shouldMakeAChangeWhenTheControllerIsActiveAgain() {
        AtomicInteger attempts = new AtomicInteger();
        try (ControllerFixture fixture = ControllerFixture.builder(directory).start()) {
            MetadataChanges.Call<Integer> call = (controller, on) -> attempts.incrementAndGet() < 3
                    ? CompletableFuture.failedFuture(new NotControllerException("No controller appears to be active."))
                    : CompletableFuture.completedFuture(attempts.get());

            assertEquals(3, await(fixture.controller().changes().applyAsBroker(KafkaPrincipal.ANONYMOUS, call)));
        }
    }

    @Test
    void shouldKeepClusterTopicsAndConfigsWhenRestarted() {
        ControllerFixture first = ControllerFixture.builder(directory).start();
        createTopic(first, "weather");
        String clusterId = first.controller().clusterId();
        TopicImage created = topic(first, "weather");
        first.stopCleanly();

        try (ControllerFixture second = ControllerFixture.builder(directory).start()) {
            assertEquals(clusterId, second.controller().clusterId());
            assertEquals(created.id(), topic(second, "weather").id());
            assertEquals(1, topic(second, "weather").partitions().get(1).leader);
            assertEquals(
                    "12345",
                    second.controller().metadataCache().topicConfig("weather").get("retention.ms"));
            createTopic(second, "after");
            assertTrue(first.faults().isEmpty() && second.faults().isEmpty());
        }
    }

    @Test
    void shouldRegisterAtOnceAndRaiseLeaderEpochsWhenTheProcessWasKilled(@TempDir Path crashed) {
        try (ControllerFixture killed = ControllerFixture.builder(directory).start()) {
            createTopic(killed, "weather");
            copy(directory, crashed);

            try (ControllerFixture restarted =
                    ControllerFixture.builder(crashed).start()) {
                assertNotEquals(
                        registration(killed).incarnationId(),
                        registration(restarted).incarnationId());
                assertEquals(1, topic(restarted, "weather").partitions().get(0).leader);
                assertTrue(topic(restarted, "weather").partitions().get(0).leaderEpoch > 0);
                createTopic(restarted, "after");
            }
        }
    }

    @Test
    void shouldAcceptTopicsWhenKilledInTheMiddleOfAControlledShutdown(@TempDir Path crashed) {
        ControllerFixture first = ControllerFixture.builder(directory).start();
        createTopic(first, "weather");
        first.controller().controlledShutdown();
        copy(directory, crashed);
        first.close();

        try (ControllerFixture restarted =
                ControllerFixture.builder(crashed).with(SESSION_TIMEOUT, NEVER).start()) {
            createTopic(restarted, "after");
        }
    }

    @Test
    void shouldRegisterAtOnceWhenTheKilledBrokerLedMoreThanOneBatchOfPartitions(@TempDir Path crashed) {
        try (ControllerFixture killed = ControllerFixture.builder(directory).start()) {
            createTopic(killed, "many", 6_000);
            createTopic(killed, "more", 6_000);
            copy(directory, crashed);
        }

        try (ControllerFixture restarted =
                ControllerFixture.builder(crashed).with(SESSION_TIMEOUT, NEVER).start()) {
            assertEquals(1, topic(restarted, "many").partitions().get(5_999).leader);
            assertEquals(1, topic(restarted, "more").partitions().get(0).leader);
        }
    }

    @Test
    void shouldLoadFromTheSnapshotWhenRestarted(@TempDir Path crashed) {
        try (ControllerFixture fixture =
                ControllerFixture.builder(directory).with(SNAPSHOT_BYTES, 200).start()) {
            createTopic(fixture, "weather");
            createTopic(fixture, "after");
            await().until(() -> snapshots(directory) > 1);
            copy(directory, crashed);
        }

        try (ControllerFixture restarted = ControllerFixture.builder(crashed).start()) {
            assertEquals(
                    Set.of("weather", "after"),
                    restarted.controller().metadataCache().getAllTopics());
        }
    }

    private static void createTopic(ControllerFixture fixture, String name) {
        createTopic(fixture, name, 2);
    }

    private static void createTopic(ControllerFixture fixture, String name, int partitions) {
        CreatableTopic topic =
                new CreatableTopic().setName(name).setNumPartitions(partitions).setReplicationFactor((short) 1);
        topic.configs().add(new CreatableTopicConfig().setName("retention.ms").setValue("12345"));
        CreateTopicsRequestData request = new CreateTopicsRequestData();
        request.topics().add(topic);
        var answer = await(fixture.controller()
                .controller()
                .createTopics(ControllerFixture.anonymous(), request, Set.of(), false));
        assertEquals(Errors.NONE.code(), answer.topics().find(name).errorCode());
        await(fixture.controller().awaitCommitted());
    }

    private static TopicImage topic(ControllerFixture fixture, String name) {
        return fixture.controller().metadataCache().currentImage().topics().getTopic(name);
    }

    private static BrokerRegistration registration(ControllerFixture fixture) {
        return fixture.controller().metadataCache().currentImage().cluster().broker(1);
    }

    private static long snapshots(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("__cluster_metadata-0"))) {
            return files.filter(file -> file.toString().endsWith(".checkpoint")).count();
        }
    }

    /** What a kill leaves: the files as they are now. */
    private static void copy(Path from, Path to) {
        try (Stream<Path> files = Files.walk(from)) {
            files.filter(file -> !file.equals(from)).forEach(file -> copyOne(file, to.resolve(from.relativize(file))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void copyOne(Path file, Path target) {
        try {
            Files.copy(file, target);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
