package io.polestar.ops.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(180)
class WeatherPipelineIT {
    @TempDir
    private Path data;

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 20_260_101})
    void shouldReplayEveryObservationOnceAndInOrderWhenTheBrokerWasKilledOnTheWay(long seed) throws Exception {
        try (ChildBroker broker = new ChildBroker(data)) {
            List<TopicReport> reports = new WeatherPipeline(WeatherCsv.shipped(), broker, seed).run();

            assertEquals(6, reports.size());
            reports.forEach(report -> assertTrue(report.isPerfect(), report.toString()));
            reports.forEach(report -> assertEquals(1461, report.replayed(), report.toString()));
        }
    }
}
