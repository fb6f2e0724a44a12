package io.polestar.broker.api;

import io.polestar.broker.quota.Charge;
import io.polestar.broker.topic.Partition;
import io.polestar.broker.topic.ReadTrails;
import io.polestar.protocol.MappedRecords;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ObjIntConsumer;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.server.FetchContext;

/**
 * What one reading of all partitions of a fetch found. Holds log memory until it is answered or released. Used by one
 * thread at a time.
 */
final class FetchRound {

    /** A partition that the client may read, and from where. */
    record Wanted(TopicIdPartition partition, FetchRequest.PartitionData data) {}

    private final LinkedHashMap<TopicIdPartition, PartitionData> found = new LinkedHashMap<>();
    private final List<Delivery> deliveries = new ArrayList<>(4);
    private final LeaderHints hints;
    private final String clientId;
    private int bytes;
    private boolean mustAnswer;

    /** Records that go to the client if this round is the answer. */
    private record Delivery(ReadTrails trails, long from, long to) {}

    /** @param clientId who is answered; null if it has no name */
    FetchRound(LeaderHints hints, String clientId) {
        this.hints = hints;
        this.clientId = clientId == null ? "" : clientId;
    }

    LeaderHints hints() {
        return hints;
    }

    /** Bytes of records found so far. */
    int bytes() {
        return bytes;
    }

    void add(TopicIdPartition partition, PartitionData data) {
        found.put(partition, data);
        bytes += FetchResponse.recordsSize(data);
        mustAnswer |= data.errorCode() != Errors.NONE.code() || FetchResponse.isDivergingEpoch(data);
    }

    /** @param from the offset that was asked for */
    void delivers(Partition partition, long from, long to) {
        deliveries.add(new Delivery(partition.readTrails(), from, to));
    }

    void eachSize(ObjIntConsumer<TopicPartition> sizes) {
        found.forEach((id, data) -> sizes.accept(id.topicPartition(), FetchResponse.recordsSize(data)));
    }

    /** Whether the request is to be answered at once. */
    boolean satisfies(int minBytes) {
        return bytes >= minBytes || mustAnswer;
    }

    /**
     * Hands the records over to the response, or gives them back where it holds none of them: a client over its quota gets
     * none, and its session stays where it is.
     */
    FetchResponse answer(
            FetchContext session, Map<TopicIdPartition, PartitionData> refused, Charge charge, short version) {
        found.putAll(refused);
        int throttleMs = charge.isNone() ? 0 : charge.forFetch(session.getResponseSize(found, version));
        if (throttleMs > 0) {
            release();
            return session.getThrottledResponse(throttleMs, hints.nodes());
        }
        FetchResponse response = null;
        try {
            response = session.updateAndGenerateResponseData(found, hints.nodes());
            noteDeliveries(response);
            return response;
        } finally {
            // A session that a later request has moved on answers with its error and nothing else.
            if (response == null || response.error() != Errors.NONE) {
                release();
            }
        }
    }

    /** Before it is sent: what a client may have must be known when it commits. */
    private void noteDeliveries(FetchResponse response) {
        if (response.error() == Errors.NONE) {
            for (Delivery each : deliveries) {
                each.trails.note(clientId, each.from, each.to);
            }
        }
    }

    void release() {
        for (PartitionData data : found.values()) {
            if (data.records() instanceof MappedRecords records) {
                records.release();
            }
        }
        found.clear();
    }
}
