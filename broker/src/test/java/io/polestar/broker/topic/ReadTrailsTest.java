package io.polestar.broker.topic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ReadTrailsTest {
    private final ReadTrails trails = new ReadTrails();

    private List<OffsetRange> missing(String client, long from, long to) {
        return new OffsetRange(from, to).without(trails.of(client::equals));
    }

    @Test
    void shouldJoinFetchesThatFollowEachOtherOrOverlap() {
        trails.note("a", 5, 10);
        trails.note("a", 10, 20);
        trails.note("a", 15, 18);
        trails.note("a", 12, 25);
        assertEquals(List.of(new OffsetRange(5, 25)), trails.of("a"::equals));
        assertEquals(List.of(new OffsetRange(0, 5), new OffsetRange(25, 30)), missing("a", 0, 30));
    }

    @Test
    void shouldKnowWhatAClientJumpedOver() {
        trails.note("a", 0, 10);
        trails.note("a", 50, 60);
        trails.note("a", 10, 20);
        assertEquals(List.of(new OffsetRange(20, 50)), missing("a", 0, 60));
    }

    @Test
    void shouldTellClientsApart() {
        trails.note("a", 0, 10);
        trails.note("b", 10, 20);
        assertEquals(List.of(new OffsetRange(10, 20)), missing("a", 0, 20));
        assertEquals(List.of(), new OffsetRange(0, 20).without(trails.of(client -> true)));
    }

    @Test
    void shouldNeverCallReadOffsetsUnreadWhenThereAreTooManyGaps() {
        for (long from = 10_000; from >= 0; from -= 100) {
            trails.note("a", from, from + 10);
        }
        for (long from = 0; from <= 10_000; from += 100) {
            assertEquals(List.of(), missing("a", from, from + 10));
        }
        assertTrue(trails.of("a"::equals).size() <= 16);
    }

    @Test
    void shouldTakeForReadWhatClientsBeyondTheBoundWereHanded() {
        for (int i = 0; i < 1_100; i++) {
            trails.note("client-" + i, 0, 1);
        }
        trails.note("one more", 1, 9);
        assertEquals(List.of(), missing("anyone", 1, 9));
    }

    @Test
    @Timeout(60)
    void shouldLoseNothingWhenSeveralThreadsReadUnderOneName() throws InterruptedException {
        int each = 20_000;
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            long base = 100L * each * i;
            threads.add(new Thread(() -> {
                for (long offset = base; offset < base + each; offset++) {
                    trails.note("a", offset, offset + 1);
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        for (int i = 0; i < 4; i++) {
            long base = 100L * each * i;
            assertEquals(List.of(), missing("a", base, base + each));
        }
    }
}
