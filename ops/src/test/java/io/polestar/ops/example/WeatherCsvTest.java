package io.polestar.ops.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringReader;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class WeatherCsvTest {
    private static final int DAYS = 1461;

    @Test
    void shouldMakeThreeObservationsOfEachRowWhenTheShippedFileIsRead() throws IOException {
        List<Observation> observations = WeatherCsv.shipped();

        Map<String, Long> counts =
                observations.stream().collect(Collectors.groupingBy(Observation::topic, Collectors.counting()));
        assertEquals(3 * 2922, observations.size());
        assertEquals(6, counts.size());
        assertTrue(counts.values().stream().allMatch(count -> count == DAYS), counts.toString());
        assertEquals(
                new Observation(
                        "weather.temperature.seattle",
                        Instant.parse("2012-01-01T00:00:00Z").toEpochMilli(),
                        "{\"date\":\"2012-01-01\",\"maxCelsius\":12.8,\"minCelsius\":5.0}"),
                observations.get(0));
    }

    @Test
    void shouldNameTheLineWhenItIsNoRow() {
        String csv =
                "location,date,precipitation,temp_max,temp_min,wind,weather\nSeattle,2012-01-01,0.0,x,5.0,4.7,sun\n";

        IOException refused = assertThrows(IOException.class, () -> WeatherCsv.read(new StringReader(csv)));

        assertTrue(refused.getMessage().startsWith("line 2 "), refused.getMessage());
    }
}
