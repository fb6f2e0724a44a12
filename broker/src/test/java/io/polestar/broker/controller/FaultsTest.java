package io.polestar.broker.controller;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FaultsTest {
    private final List<Throwable> reported = new ArrayList<>();
    private final Faults faults = new Faults(reported::add);

    @Test
    void shouldReportOnlyTheFirstFatalFault() {
        Exception cause = new Exception("disk");

        faults.fatal("metadata log").handleFault("cannot write", cause);
        faults.fatal("controller").handleFault("cannot either");

        assertEquals(1, reported.size());
        assertSame(cause, reported.get(0).getCause());
        assertTrue(reported.get(0).getMessage().contains("metadata log"));
    }

    @Test
    void shouldNotReportAFaultThatTheBrokerSurvives() {
        assertEquals(
                "late",
                faults.nonFatal("snapshot generator").handleFault("late").getMessage());

        assertTrue(reported.isEmpty());
    }
}
