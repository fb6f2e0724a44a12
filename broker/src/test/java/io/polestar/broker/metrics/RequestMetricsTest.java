package io.polestar.broker.metrics;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.requests.HeartbeatResponse;
import org.apache.kafka.common.requests.ProduceResponse;
import org.junit.jupiter.api.Test;

class RequestMetricsTest {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final RequestMetrics metrics = new RequestMetrics(registry);

    @Test
    void shouldShowRequestsOfAnApiWithTheirLatency() {
        metrics.requestReceived(100);
        metrics.requestFinished(ApiKeys.PRODUCE, 700_000);
        assertShows("polestar_request_seconds_count{api=\"Produce\"} 1");
        assertShows("polestar_request_seconds_bucket{api=\"Produce\",le=\"5.0E-4\"} 0");
        assertShows("polestar_request_seconds_bucket{api=\"Produce\",le=\"0.001\"} 1");
        assertShows("polestar_network_received_bytes_total 100.0");
    }

    @Test
    void shouldShowWhatIsInFlight() {
        metrics.requestReceived(1);
        metrics.requestReceived(1);
        metrics.requestFinished(ApiKeys.FETCH, 1);
        assertShows("polestar_requests_in_flight 1.0");
    }

    @Test
    void shouldCountErrorsOfPartitions() {
        ProduceResponseData produce = new ProduceResponseData();
        ProduceResponseData.TopicProduceResponse topic = new ProduceResponseData.TopicProduceResponse().setName("t");
        topic.partitionResponses().add(new ProduceResponseData.PartitionProduceResponse());
        topic.partitionResponses()
                .add(new ProduceResponseData.PartitionProduceResponse().setErrorCode(Errors.CORRUPT_MESSAGE.code()));
        produce.responses().add(topic);
        metrics.responseSent(ApiKeys.PRODUCE, new ProduceResponse(produce), 10);
        assertShows("polestar_request_errors_total{api=\"Produce\",error=\"CORRUPT_MESSAGE\"} 1.0");

        FetchResponseData.FetchableTopicResponse fetched = new FetchResponseData.FetchableTopicResponse();
        fetched.partitions().add(new FetchResponseData.PartitionData().setErrorCode(Errors.OFFSET_OUT_OF_RANGE.code()));
        FetchResponseData fetch = new FetchResponseData().setResponses(new ArrayList<>(List.of(fetched)));
        metrics.responseSent(ApiKeys.FETCH, FetchResponse.of(fetch), 10);
        assertShows("polestar_request_errors_total{api=\"Fetch\",error=\"OFFSET_OUT_OF_RANGE\"} 1.0");
    }

    @Test
    void shouldCountErrorsOfOtherApis() {
        HeartbeatResponseData heartbeat = new HeartbeatResponseData().setErrorCode(Errors.REBALANCE_IN_PROGRESS.code());
        metrics.responseSent(ApiKeys.HEARTBEAT, new HeartbeatResponse(heartbeat), 10);
        assertShows("polestar_request_errors_total{api=\"Heartbeat\",error=\"REBALANCE_IN_PROGRESS\"} 1.0");
        assertShows("polestar_network_sent_bytes_total 10.0");
    }

    @Test
    void shouldShowEveryApisMeters() {
        for (ApiKeys key : ApiKeys.values()) {
            metrics.requestFinished(key, 1);
        }
        assertShows("polestar_request_seconds_count{api=\"StreamsGroupHeartbeat\"} 1");
    }

    private void assertShows(String line) {
        assertTrue(registry.scrape().contains(line), () -> line + " is not in\n" + registry.scrape());
    }
}
