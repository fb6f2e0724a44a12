package io.polestar.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class BackoffTest {

    @Test
    void shouldDoubleUpToTheLongestWithAFifthOfJitter() {
        Backoff middle = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(1), () -> 0.5);
        Backoff lowest = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(1), () -> 0);

        assertEquals(Duration.ofMillis(100), middle.after(1));
        assertEquals(Duration.ofMillis(200), middle.after(2));
        assertEquals(Duration.ofMillis(800), middle.after(4));
        assertEquals(Duration.ofSeconds(1), middle.after(5));
        assertEquals(Duration.ofSeconds(1), middle.after(1000));
        assertEquals(Duration.ofMillis(80), lowest.after(1));
    }
}
