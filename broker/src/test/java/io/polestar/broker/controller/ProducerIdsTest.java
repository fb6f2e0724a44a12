package io.polestar.broker.controller;

import static io.polestar.broker.controller.ControllerFixture.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.apache.kafka.common.errors.CoordinatorLoadInProgressException;
import org.apache.kafka.common.message.AllocateProducerIdsResponseData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ProducerIdsTest {
    private final Queue<CompletableFuture<AllocateProducerIdsResponseData>> asked = new ArrayDeque<>();
    private final ProducerIds ids = new ProducerIds(this::ask);

    private CompletableFuture<AllocateProducerIdsResponseData> ask() {
        CompletableFuture<AllocateProducerIdsResponseData> answer = new CompletableFuture<>();
        asked.add(answer);
        return answer;
    }

    @Test
    void shouldWaitForTheFirstBlock() {
        CompletableFuture<Long> first = ids.next();
        CompletableFuture<Long> second = ids.next();
        assertFalse(first.isDone());
        assertEquals(1, asked.size());

        allocate(1000, 100);

        assertEquals(1000, await(first));
        assertEquals(1001, await(second));
    }

    @Test
    void shouldAskForTheNextBlockBeforeTheCurrentIsUsedUp() {
        CompletableFuture<Long> first = ids.next();
        allocate(0, 10);
        assertEquals(0, await(first));

        List<Long> given = take(8);
        assertEquals(1, asked.size());
        allocate(500, 10);

        given.addAll(take(2));
        assertEquals(List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 500L), given);
    }

    @Test
    void shouldServeMoreRequestsThanABlockHolds() {
        List<CompletableFuture<Long>> futures =
                IntStream.range(0, 25).mapToObj(i -> ids.next()).toList();

        allocate(0, 10);
        allocate(10, 10);
        allocate(20, 10);

        assertEquals(
                25, new HashSet<>(futures.stream().map(ControllerFixture::await).toList()).size());
    }

    @Test
    void shouldFailRetriablyAndRecoverWhenTheControllerCannotBeAsked() {
        CompletableFuture<Long> lost = ids.next();
        asked.remove().completeExceptionally(new IllegalStateException("no controller"));

        CompletionException error = assertThrows(CompletionException.class, lost::join);
        assertEquals(CoordinatorLoadInProgressException.class, error.getCause().getClass());

        CompletableFuture<Long> served = ids.next();
        allocate(7, 10);
        assertEquals(7, await(served));
    }

    private void allocate(long start, int size) {
        asked.remove()
                .complete(new AllocateProducerIdsResponseData()
                        .setProducerIdStart(start)
                        .setProducerIdLen(size));
    }

    private List<Long> take(int count) {
        List<Long> taken = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            taken.add(await(ids.next()));
        }
        return taken;
    }
}
