package io.polestar.protocol.pattern;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class PatternIndexTest {
    private final PatternIndex<Integer> index = new PatternIndex<>();

    private record Registration(TopicPattern pattern, int value) {}

    @Test
    void shouldFindWhatALookAtEveryPatternFinds() {
        RandomNames names = new RandomNames(System.nanoTime());
        List<Registration> registered = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            if (registered.size() > 200 || !registered.isEmpty() && names.below(3) == 0) {
                Registration old = registered.remove(names.below(registered.size()));
                assertTrue(index.remove(old.pattern(), old.value()));
            } else {
                Registration young = new Registration(names.pattern(), i);
                registered.add(young);
                assertTrue(index.add(young.pattern(), young.value()));
            }
            String topic = names.topic();
            assertEquals(
                    registered.stream()
                            .filter(one -> one.pattern().matches(topic))
                            .map(Registration::value)
                            .sorted()
                            .toList(),
                    index.matching(topic).stream().sorted().toList(),
                    topic);
        }
        assertEquals(registered.size(), index.size());
    }

    @Test
    void shouldCountARegistrationOnce() {
        TopicPattern pattern = TopicPattern.parse("a.*");

        assertTrue(index.add(pattern, 1));
        assertFalse(index.add(pattern, 1));
        assertTrue(index.add(pattern, 2));

        assertEquals(2, index.size());
        assertTrue(index.remove(pattern, 1));
        assertFalse(index.remove(pattern, 1));
        assertFalse(index.remove(TopicPattern.parse("a.b"), 2));
        assertEquals(List.of(2), index.matching("a.b"));
    }

    @Test
    void shouldKeepNothingOfWhatWasRemoved() {
        index.add(TopicPattern.parse("a.b.c.>"), 1);
        index.add(TopicPattern.parse("a.b"), 2);

        index.remove(TopicPattern.parse("a.b.c.>"), 1);
        index.remove(TopicPattern.parse("a.b"), 2);

        assertEquals(0, index.size());
        assertEquals(0, index.nodes());
    }

    @Test
    @Timeout(value = 30, unit = TimeUnit.SECONDS)
    void shouldFindWhatStaysWhileOtherThreadsChangeIt() {
        TopicPattern stays = TopicPattern.parse("a.*.c");
        index.add(stays, -1);
        AtomicBoolean stop = new AtomicBoolean();
        CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> {
            for (int i = 0; !stop.get(); i++) {
                TopicPattern changing = TopicPattern.parse(i % 2 == 0 ? "a.*.c" : "a.b.>");
                index.add(changing, i);
                index.remove(changing, i);
            }
        });

        for (int i = 0; i < 200_000; i++) {
            assertTrue(index.matching("a.b.c").contains(-1));
        }

        stop.set(true);
        writer.join();
        assertEquals(List.of(-1), index.matching("a.b.c"));
    }
}
