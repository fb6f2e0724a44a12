package io.polestar.ops.example;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.polestar.client.Hub;
import io.polestar.testing.PolestarBroker;
import io.polestar.testing.PolestarTest;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@PolestarTest(brokerPerTest = true)
@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class ClientExamplesIT {

    static Stream<Arguments> examples() {
        return Stream.of(
                Arguments.of("quick-start", List.of("published at offset 0", "received hello")),
                Arguments.of(
                        "patterns",
                        List.of(
                                "climate.humidity.london 0.6",
                                "climate.pressure.london 1013",
                                "climate.temperature.london 21.5")),
                Arguments.of("batching", List.of("handled 1000 in batches")),
                Arguments.of(
                        "dead-letters",
                        List.of(
                                "billed 3",
                                "billed 5",
                                "set aside offset 1 because of io.polestar.client.MalformedMessageException")),
                Arguments.of("tracking", List.of("received 100, missing 0, double 0, out of order 0")),
                Arguments.of("replay", List.of("all: 10", "from offset 7: 3", "from the 6th on: 5")),
                Arguments.of(
                        "circuit-breaker",
                        List.of(
                                "booked payment 0",
                                "booked payment 1",
                                "booked payment 2",
                                "booked payment 3",
                                "booked payment 4",
                                "paused, the circuit is open")),
                Arguments.of(
                        "telemetry",
                        List.of("8766 observations, 0 missing", "new-york: 96 hot days", "seattle: 53 hot days")));
    }

    /** The order of lines from several topics is nobody's promise. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("examples")
    void shouldPrintWhatItShows(String name, List<String> expected, PolestarBroker broker) throws Exception {
        StringWriter text = new StringWriter();
        try (Hub hub = Hub.connect(broker.bootstrapServers())) {
            ClientCommand.EXAMPLES.get(name).run(hub, new PrintWriter(text, true));
        }
        assertEquals(expected, text.toString().lines().distinct().sorted().toList());
    }
}
