package io.polestar.broker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.CreateTopicsRequest;
import org.apache.kafka.common.requests.CreateTopicsResponse;
import org.apache.kafka.common.requests.MetadataRequest;
import org.apache.kafka.common.requests.MetadataResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What clients hear from a broker that is being stopped: nothing that they would not try again. */
@Timeout(60)
class StoppingBrokerIT {
    @TempDir
    Path directory;

    private final Set<Errors> errors = ConcurrentHashMap.newKeySet();
    private final Set<Integer> brokersSeen = ConcurrentHashMap.newKeySet();
    private final AtomicInteger answers = new AtomicInteger();

    @Test
    void shouldHangUpBeforeItIsFencedWhenItStops() throws Exception {
        CompletableFuture<Void> creating;
        CompletableFuture<Void> asking;
        try (BrokerFixture broker = BrokerFixture.builder(directory).start()) {
            int port = broker.broker().listeners().get(0).port();
            creating = CompletableFuture.runAsync(() -> createUntilItHangsUp(port));
            asking = CompletableFuture.runAsync(() -> askUntilItHangsUp(port));
            await().until(() -> answers.get() > 100);
        }
        creating.get();
        asking.get();
        assertEquals(Set.of(Errors.NONE), errors);
        assertEquals(Set.of(1), brokersSeen);
    }

    private void createUntilItHangsUp(int port) {
        try (WireConnection connection = new WireConnection(port)) {
            for (int i = 0; ; i++) {
                CreateTopicsRequestData data = new CreateTopicsRequestData().setTimeoutMs(10_000);
                data.topics()
                        .add(new CreatableTopic()
                                .setName("t" + i)
                                .setNumPartitions(1)
                                .setReplicationFactor((short) 1));
                CreateTopicsResponse answer =
                        connection.call(new CreateTopicsRequest.Builder(data).build(), CreateTopicsResponse.class);
                errors.addAll(answer.errorCounts().keySet());
                answers.incrementAndGet();
            }
        } catch (IOException e) {
            // it hung up
        }
    }

    private void askUntilItHangsUp(int port) {
        try (WireConnection connection = new WireConnection(port)) {
            while (true) {
                MetadataResponse answer =
                        connection.call(MetadataRequest.Builder.allTopics().build(), MetadataResponse.class);
                brokersSeen.add(answer.brokers().size());
            }
        } catch (IOException e) {
            // it hung up
        }
    }
}
