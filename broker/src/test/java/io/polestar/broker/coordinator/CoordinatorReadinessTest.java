package io.polestar.broker.coordinator;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class CoordinatorReadinessTest {
    private static final TopicPartition PARTITION = new TopicPartition("__consumer_offsets", 0);
    private static final int ME = 1;
    private static final int OTHER = 2;

    private int leader = CoordinatorReadiness.NO_LEADER;
    private final CoordinatorReadiness readiness = new CoordinatorReadiness(ME, partition -> leader);

    @Test
    void shouldWaitUntilLoadedWhenThisBrokerLeads() {
        leader = ME;
        CompletableFuture<Void> ready = readiness.whenReady(PARTITION);
        readiness.metadataChanged();
        assertFalse(ready.isDone());

        readiness.activated(PARTITION);

        assertTrue(ready.isDone());
        assertTrue(readiness.whenReady(PARTITION).isDone());
    }

    @Test
    void shouldBeReadyAtOnceWhenAnotherBrokerLeads() {
        leader = OTHER;

        assertTrue(readiness.whenReady(PARTITION).isDone());
    }

    @Test
    void shouldWaitForMetadataWhenNobodyLeads() {
        CompletableFuture<Void> ready = readiness.whenReady(PARTITION);
        assertFalse(ready.isDone());

        leader = OTHER;
        readiness.metadataChanged();

        assertTrue(ready.isDone());
    }

    @Test
    void shouldWaitAgainWhenCoordinatorWasUnloaded() {
        leader = ME;
        readiness.activated(PARTITION);

        readiness.deactivated(PARTITION);

        assertFalse(readiness.whenReady(PARTITION).isDone());
    }

    @Test
    void shouldEndTheWaitWhenNothingHappens() {
        CompletableFuture<Void> ready = readiness.whenReady(PARTITION);

        Awaitility.await().atMost(10, TimeUnit.SECONDS).until(ready::isDone);

        assertFalse(readiness.whenReady(PARTITION).isDone(), "the next one waits anew");
    }
}
