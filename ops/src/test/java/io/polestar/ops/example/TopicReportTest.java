package io.polestar.ops.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class TopicReportTest {
    private static final Observation A = new Observation("t", 1, "a");
    private static final Observation B = new Observation("t", 2, "b");
    private static final Observation C = new Observation("t", 3, "c");

    @Test
    void shouldBePerfectWhenEverythingCameBackOnceAndInOrder() {
        TopicReport report = TopicReport.of("t", 3, 3, List.of(A, B, C), List.of(A, B, C));

        assertTrue(report.isPerfect());
        assertTrue(report.toString().contains("produced 3  stored 3  replayed 3  missing 0"), report.toString());
    }

    @Test
    void shouldCountWhatIsMissingDoubledAndOutOfOrder() {
        TopicReport report = TopicReport.of("t", 3, 4, List.of(A, B, C), List.of(A, C, A, A));

        assertFalse(report.isPerfect());
        assertEquals(1, report.missing());
        assertEquals(2, report.doubled());
        assertEquals(1, report.outOfOrder());
    }

    @Test
    void shouldNotBePerfectWhenMoreIsStoredThanWasProduced() {
        assertFalse(TopicReport.of("t", 2, 3, List.of(A, B), List.of(A, B)).isPerfect());
    }
}
