package io.polestar.ops.example;

import com.fasterxml.jackson.databind.JsonNode;
import io.polestar.client.Filters;
import io.polestar.client.Hub;
import io.polestar.client.Message;
import io.polestar.client.Outgoing;
import io.polestar.client.Publisher;
import io.polestar.client.config.PublisherConfig;
import io.polestar.client.track.MessageTracker;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Four years of weather: each measure of each city to a topic of its own, a stage that reads the temperatures of all cities
 * by pattern and publishes their hot days, and a reader of what comes out, with the proof that nothing was lost.
 */
final class TelemetryPipeline implements ClientExample {
    private static final double HOT_CELSIUS = 30;

    @Override
    public void run(Hub hub, PrintWriter out) throws IOException {
        List<Observation> observations = WeatherCsv.shipped();
        MessageTracker tracker = new MessageTracker();
        Publisher stations = hub.publisher(PublisherConfig.builder()
                .name("stations")
                .trackSource("stations")
                .compression("lz4")
                .build());
        observations.forEach(
                one -> stations.publish(Outgoing.of(one.topic(), one.json()).withTimestampMs(one.timestampMs())));
        stations.close();
        tracker.expect(stations.source().orElseThrow());

        try (Publisher alerts = hub.publisher("alerts")) {
            hub.consumer("heat-watch")
                    .subscribe("weather.>")
                    .filter(Filters.topic("weather.temperature.*"))
                    .filter(Filters.json(TelemetryPipeline::isHot))
                    .tracker(tracker)
                    .stopAtEnd()
                    .onMessage(message -> publishAlert(alerts, message))
                    .start()
                    .finished()
                    .join();
        }
        hotDays(hub).forEach((city, days) -> out.println(city + ": " + days + " hot days"));
        long missing = tracker.report().stream()
                .mapToLong(report -> report.missingCount())
                .sum();
        out.printf(Locale.ROOT, "%d observations, %d missing%n", observations.size(), missing);
    }

    private static boolean isHot(JsonNode day) {
        return day.get("maxCelsius").asDouble() > HOT_CELSIUS;
    }

    /** It waits for the receipt: the observation is committed only when its alert is acknowledged. */
    private static void publishAlert(Publisher alerts, Message message) {
        String city = message.topic().substring(message.topic().lastIndexOf('.') + 1);
        alerts.publish("alerts.heat", city, message.value()).join();
    }

    private static Map<String, Integer> hotDays(Hub hub) {
        Map<String, Integer> days = new TreeMap<>();
        hub.consumer("heat-report")
                .subscribe("alerts.heat")
                .replay()
                .stopAtEnd()
                .onMessage(message -> {
                    synchronized (days) {
                        days.merge(message.keyText().orElseThrow(), 1, Integer::sum);
                    }
                })
                .start()
                .finished()
                .join();
        return days;
    }
}
