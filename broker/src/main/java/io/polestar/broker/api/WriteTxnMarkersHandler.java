package io.polestar.broker.api;

import io.polestar.broker.security.Access;
import io.polestar.broker.txn.Marker;
import io.polestar.broker.txn.MarkerWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.WriteTxnMarkersRequest;
import org.apache.kafka.common.requests.WriteTxnMarkersRequest.TxnMarkerEntry;
import org.apache.kafka.common.requests.WriteTxnMarkersResponse;

/** WriteTxnMarkers: ends transactions in partitions, for another coordinator or an administrator (kafka-transactions abort). */
final class WriteTxnMarkersHandler implements ApiHandler<WriteTxnMarkersRequest> {
    private final MarkerWriter markers;
    private final Access access;

    WriteTxnMarkersHandler(MarkerWriter markers, Access access) {
        this.markers = markers;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.WRITE_TXN_MARKERS;
    }

    @Override
    public CompletableFuture<WriteTxnMarkersResponse> handle(RequestContext context, WriteTxnMarkersRequest request) {
        if (!access.allowedOnCluster(context, AclOperation.ALTER)) {
            access.requireOnCluster(context, AclOperation.CLUSTER_ACTION);
        }
        Map<Long, Map<TopicPartition, Errors>> errors = new ConcurrentHashMap<>();
        List<CompletableFuture<Void>> written = new ArrayList<>();
        for (TxnMarkerEntry entry : request.markers()) {
            Map<TopicPartition, Errors> ofProducer =
                    errors.computeIfAbsent(entry.producerId(), id -> new ConcurrentHashMap<>());
            for (TopicPartition partition : entry.partitions()) {
                written.add(
                        markers.write(partition, marker(entry)).thenAccept(error -> ofProducer.put(partition, error)));
            }
        }
        return CompletableFuture.allOf(written.toArray(CompletableFuture<?>[]::new))
                .thenApply(none -> new WriteTxnMarkersResponse(errors));
    }

    private static Marker marker(TxnMarkerEntry entry) {
        return new Marker(
                entry.producerId(),
                entry.producerEpoch(),
                entry.coordinatorEpoch(),
                entry.transactionResult(),
                entry.transactionVersion());
    }
}
