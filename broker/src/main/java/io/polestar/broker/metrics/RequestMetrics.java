package io.polestar.broker.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;
import java.util.function.IntSupplier;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;

/**
 * Counts what the network does. Safe for use from any thread; a request costs no look-up of a meter by its tags: an
 * API's meters are created at its first request and then found by its key's number.
 */
public final class RequestMetrics {
    private final MeterRegistry registry;
    private final AtomicReferenceArray<ApiMeters> metersByKey = new AtomicReferenceArray<>(1 + maxKeyId());
    private final LongAdder receivedBytes = new LongAdder();
    private final LongAdder sentBytes = new LongAdder();
    private final LongAdder inFlight = new LongAdder();
    private final LongAdder unexpectedFailures = new LongAdder();
    private final LongAdder malformedRequests = new LongAdder();
    private final LongAdder acceptedConnections = new LongAdder();
    private final LongAdder refusedConnections = new LongAdder();

    public RequestMetrics(MeterRegistry registry) {
        this.registry = registry;
        count("polestar.network.received.bytes", receivedBytes, "Bytes of requests");
        count("polestar.network.sent.bytes", sentBytes, "Bytes of responses");
        count("polestar.request.failures", unexpectedFailures, "Requests answered with UNKNOWN_SERVER_ERROR");
        count("polestar.request.malformed", malformedRequests, "Frames or requests that closed their connection");
        count("polestar.connections.accepted", acceptedConnections, "Connections accepted");
        count("polestar.connections.refused", refusedConnections, "Connections refused by a limit");
        Gauge.builder("polestar.requests.in.flight", inFlight, LongAdder::sum)
                .description("Requests received and not yet answered")
                .register(registry);
    }

    private static int maxKeyId() {
        int max = 0;
        for (ApiKeys key : ApiKeys.values()) {
            max = Math.max(max, key.id);
        }
        return max;
    }

    private void count(String name, LongAdder adder, String description) {
        FunctionCounter.builder(name, adder, LongAdder::sum)
                .description(description)
                .register(registry);
    }

    /**
     * Shows the state of the connections.
     *
     * @param open how many there are
     * @param queueCapacityRatio requests in flight over their limit, of the connection that is closest to it
     */
    public void showConnections(IntSupplier open, DoubleSupplier queueCapacityRatio) {
        Gauge.builder("polestar.connections", open, IntSupplier::getAsInt)
                .strongReference(true)
                .description("Open connections")
                .register(registry);
        Gauge.builder("polestar.client.queue.capacity.ratio", queueCapacityRatio, DoubleSupplier::getAsDouble)
                .strongReference(true)
                .description("Requests in flight over their limit, of the connection closest to it")
                .register(registry);
    }

    public void connectionAccepted() {
        acceptedConnections.increment();
    }

    public void connectionRefused() {
        refusedConnections.increment();
    }

    public void requestReceived(int bytes) {
        receivedBytes.add(bytes);
        inFlight.increment();
    }

    /** A request left the network, answered or not. */
    public void requestFinished(ApiKeys key, long elapsedNs) {
        inFlight.decrement();
        meters(key).latency().record(elapsedNs, TimeUnit.NANOSECONDS);
    }

    public void responseSent(ApiKeys key, AbstractResponse response, int bytes) {
        sentBytes.add(bytes);
        countErrors(key, response);
    }

    public void unexpectedFailure() {
        unexpectedFailures.increment();
    }

    public void malformedRequest() {
        malformedRequests.increment();
    }

    /** Produce and Fetch are looked through here, as Kafka's own count allocates a map for each response. */
    private void countErrors(ApiKeys key, AbstractResponse response) {
        switch (key) {
            case PRODUCE -> countErrors((ProduceResponseData) response.data());
            case FETCH -> countErrors((FetchResponseData) response.data());
            default -> response.errorCounts().forEach((error, times) -> countError(key, error.code(), times));
        }
    }

    private void countErrors(ProduceResponseData response) {
        for (ProduceResponseData.TopicProduceResponse topic : response.responses()) {
            for (ProduceResponseData.PartitionProduceResponse partition : topic.partitionResponses()) {
                countError(ApiKeys.PRODUCE, partition.errorCode(), 1);
            }
        }
    }

    private void countErrors(FetchResponseData response) {
        countError(ApiKeys.FETCH, response.errorCode(), 1);
        for (FetchResponseData.FetchableTopicResponse topic : response.responses()) {
            for (FetchResponseData.PartitionData partition : topic.partitions()) {
                countError(ApiKeys.FETCH, partition.errorCode(), 1);
            }
        }
    }

    private void countError(ApiKeys key, short code, int times) {
        if (code != Errors.NONE.code()) {
            meters(key).error(Errors.forCode(code)).increment(times);
        }
    }

    private ApiMeters meters(ApiKeys key) {
        ApiMeters meters = metersByKey.get(key.id);
        if (meters == null) {
            metersByKey.compareAndSet(key.id, null, new ApiMeters(registry, key));
            meters = metersByKey.get(key.id);
        }
        return meters;
    }
}
