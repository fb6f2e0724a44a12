package io.polestar.broker.api;

import io.polestar.broker.quota.Charge;
import io.polestar.broker.quota.ClientQuotas;
import io.polestar.broker.security.Access;
import io.polestar.broker.share.Acknowledgement;
import io.polestar.broker.share.ShareFetchQuery;
import io.polestar.broker.share.ShareFetches;
import io.polestar.broker.share.ShareSessions;
import io.polestar.broker.share.ShareSettings;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.internals.ShareAcquireMode;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.ShareSessionLimitReachedException;
import org.apache.kafka.common.message.ShareFetchRequestData;
import org.apache.kafka.common.message.ShareFetchResponseData.NodeEndpoint;
import org.apache.kafka.common.message.ShareFetchResponseData.PartitionData;
import org.apache.kafka.common.message.ShareFetchResponseData.ShareFetchableTopicResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.ShareFetchRequest;
import org.apache.kafka.common.requests.ShareFetchResponse;
import org.apache.kafka.common.requests.ShareRequestMetadata;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.metadata.KRaftMetadataCache;
import org.apache.kafka.server.share.context.ShareFetchContext;

/**
 * ShareFetch (KIP-932): a member acknowledges what it was given before, and is given records that nobody else has; it waits for
 * them as a Fetch does.
 *
 * <ul>
 *   <li>version 1: whole record batches, so that it may be more records than asked for
 *   <li>version 2: at most as many records as asked for, if wanted (KIP-1206); acknowledgements may renew the member's time
 *       (KIP-1222), and are then answered without records
 * </ul>
 */
final class ShareFetchHandler implements ApiHandler<ShareFetchRequest> {
    private static final short FIRST_VERSION_WITH_RENEW = 2;

    private final GroupProtocol protocol;
    private final ShareFetches fetches;
    private final ShareAcknowledgements acknowledgements;
    private final ShareSessions sessions;
    private final ShareSettings settings;
    private final KRaftMetadataCache metadata;
    private final ScheduledExecutorService timer;
    private final int fetchMaxBytes;
    private final ClientQuotas quotas;
    private final Access access;

    /**
     * @param timer answers who has to wait although there is nothing to wait for
     * @param fetchMaxBytes {@code fetch.max.bytes} of the broker
     */
    ShareFetchHandler(
            GroupProtocol protocol,
            ShareFetches fetches,
            ShareAcknowledgements acknowledgements,
            ShareSessions sessions,
            ShareSettings settings,
            KRaftMetadataCache metadata,
            ScheduledExecutorService timer,
            int fetchMaxBytes,
            ClientQuotas quotas,
            Access access) {
        this.protocol = protocol;
        this.fetches = fetches;
        this.acknowledgements = acknowledgements;
        this.sessions = sessions;
        this.settings = settings;
        this.metadata = metadata;
        this.timer = timer;
        this.fetchMaxBytes = fetchMaxBytes;
        this.quotas = quotas;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.SHARE_FETCH;
    }

    @Override
    public CompletableFuture<ShareFetchResponse> handle(RequestContext context, ShareFetchRequest request) {
        ShareFetchRequestData data = request.data();
        protocol.require();
        ShareMembers.requireGroup(data.groupId());
        access.requireOnGroup(context, AclOperation.READ, data.groupId());
        ShareMembers.requireValid(data.memberId());
        boolean renews = request.version() >= FIRST_VERSION_WITH_RENEW && data.isRenewAck();
        if (renews) {
            requireNoFetch(data);
        }
        Round round;
        try {
            round = new Round(context, request, renews);
        } catch (ShareSessionLimitReachedException e) {
            return later(e, data.maxWaitMs());
        }
        return round.run();
    }

    private static void requireKnownMode(byte mode) {
        if (mode != ShareAcquireMode.BATCH_OPTIMIZED.id() && mode != ShareAcquireMode.RECORD_LIMIT.id()) {
            throw new InvalidRequestException("Unknown acquire mode " + mode);
        }
    }

    private static void requireNoFetch(ShareFetchRequestData data) {
        if (data.maxBytes() != 0 || data.minBytes() != 0 || data.maxRecords() != 0 || data.maxWaitMs() != 0) {
            throw new InvalidRequestException(
                    "maxBytes, minBytes, maxRecords and maxWaitMs must be set to 0, if isRenewAck is true.");
        }
    }

    /** A client that is refused at once would ask again at once. */
    private CompletableFuture<ShareFetchResponse> later(RuntimeException failure, int delayMs) {
        CompletableFuture<ShareFetchResponse> answer = new CompletableFuture<>();
        timer.schedule(() -> answer.completeExceptionally(failure), delayMs, TimeUnit.MILLISECONDS);
        return answer;
    }

    /** One request on its way. */
    private final class Round {
        private final RequestContext context;
        private final ShareFetchRequest request;
        private final ShareFetchRequestData data;
        private final boolean renews;
        private final Charge charge;
        private final Map<Uuid, String> names = metadata.topicIdsToNames();
        private final Map<TopicIdPartition, List<Acknowledgement>> given;
        private final ShareFetchContext session;
        private final LinkedHashMap<TopicIdPartition, PartitionData> refused = new LinkedHashMap<>();

        Round(RequestContext context, ShareFetchRequest request, boolean renews) {
            this.charge = quotas.charge(context);
            this.context = context;
            this.request = request;
            this.data = request.data();
            this.renews = renews;
            this.given = read();
            this.session = sessions.fetch(new ShareSessions.Request(
                    data.groupId(),
                    data.memberId(),
                    data.shareSessionEpoch(),
                    request.shareFetchData(names),
                    request.forgottenTopics(names),
                    given.values().stream().anyMatch(list -> !list.isEmpty()),
                    context.connectionId));
        }

        private Map<TopicIdPartition, List<Acknowledgement>> read() {
            Map<TopicIdPartition, List<Acknowledgement>> all = new LinkedHashMap<>();
            data.topics()
                    .forEach(topic -> topic.partitions()
                            .forEach(partition -> all.put(
                                    new TopicIdPartition(
                                            topic.topicId(), partition.partitionIndex(), names.get(topic.topicId())),
                                    partition.acknowledgementBatches().stream()
                                            .map(batch -> new Acknowledgement(
                                                    batch.firstOffset(), batch.lastOffset(), batch.acknowledgeTypes()))
                                            .toList())));
            return all;
        }

        CompletableFuture<ShareFetchResponse> run() {
            boolean acknowledges = given.values().stream().anyMatch(list -> !list.isEmpty());
            CompletableFuture<Map<TopicIdPartition, Errors>> acknowledged = acknowledges
                    ? acknowledgements.apply(
                            new ShareAcknowledgements.Given(
                                    data.groupId(),
                                    data.memberId(),
                                    request.version() >= FIRST_VERSION_WITH_RENEW,
                                    renews,
                                    given),
                            this::mayRead)
                    : CompletableFuture.completedFuture(Map.of());
            CompletableFuture<ShareFetchResponse> answer = fetch().thenCombine(acknowledged, this::answer);
            charge.handled();
            return answer;
        }

        private boolean mayRead(String topic) {
            return access.allowed(context, AclOperation.READ, ResourceType.TOPIC, topic);
        }

        private CompletableFuture<Map<TopicIdPartition, PartitionData>> fetch() {
            if (renews) {
                return CompletableFuture.completedFuture(Map.of());
            }
            var asked = session.getErroneousAndValidTopicIdPartitions();
            refused.putAll(asked.erroneous());
            List<TopicIdPartition> wanted = new ArrayList<>();
            for (TopicIdPartition partition : asked.validTopicIdPartitions()) {
                Errors error = refusal(partition);
                if (error == Errors.NONE) {
                    wanted.add(partition);
                } else {
                    refused.put(partition, ShareFetchResponse.partitionResponse(partition, error));
                }
            }
            return wanted.isEmpty()
                    ? CompletableFuture.completedFuture(Map.of())
                    : fetches.fetch(query(wanted), context.connectionId);
        }

        private Errors refusal(TopicIdPartition partition) {
            if (!mayRead(partition.topic())) {
                return Errors.TOPIC_AUTHORIZATION_FAILED;
            }
            return metadata.contains(partition.topicPartition()) ? Errors.NONE : Errors.UNKNOWN_TOPIC_OR_PARTITION;
        }

        /** Each request begins with another partition, so that none starves the others. */
        private ShareFetchQuery query(List<TopicIdPartition> wanted) {
            requireKnownMode(data.shareAcquireMode());
            if (data.shareSessionEpoch() > 0) {
                Collections.rotate(wanted, -(data.shareSessionEpoch() % wanted.size()));
            }
            int maxBytes = Math.min(Math.min(data.maxBytes(), fetchMaxBytes), charge.fetchableBytes());
            return new ShareFetchQuery(
                    data.groupId(),
                    data.memberId(),
                    data.shareAcquireMode() == ShareAcquireMode.RECORD_LIMIT.id(),
                    data.batchSize(),
                    data.maxRecords(),
                    Math.min(data.minBytes(), maxBytes),
                    maxBytes,
                    data.maxWaitMs(),
                    wanted);
        }

        private ShareFetchResponse answer(
                Map<TopicIdPartition, PartitionData> found, Map<TopicIdPartition, Errors> acknowledged) {
            LeaderHints hints = new LeaderHints(metadata, context.listenerName);
            LinkedHashMap<TopicIdPartition, PartitionData> all = new LinkedHashMap<>(found);
            all.putAll(refused);
            all.forEach((partition, answer) -> hint(hints, partition, answer));
            ShareFetchResponse response = answerOfRecords(found, all);
            response.data().setAcquisitionLockTimeoutMs(settings.lockDurationMs(data.groupId()));
            for (Node node : hints.nodes()) {
                response.data()
                        .nodeEndpoints()
                        .add(new NodeEndpoint()
                                .setNodeId(node.id())
                                .setHost(node.host())
                                .setPort(node.port())
                                .setRack(node.rack()));
            }
            addAcknowledged(response, acknowledged);
            if (data.shareSessionEpoch() == ShareRequestMetadata.FINAL_EPOCH) {
                sessions.end(data.groupId(), data.memberId());
            }
            return response;
        }

        /** A member over its quota is sent nothing; others may have the records meanwhile. */
        private ShareFetchResponse answerOfRecords(
                Map<TopicIdPartition, PartitionData> found, LinkedHashMap<TopicIdPartition, PartitionData> all) {
            int throttleMs = charge.isNone() ? 0 : charge.forFetch(session.responseSize(all, request.version()));
            if (throttleMs > 0) {
                fetches.takeBack(data.groupId(), data.memberId(), found);
                return session.throttleResponse(throttleMs);
            }
            ShareFetchResponse response = null;
            try {
                response = session.updateAndGenerateResponseData(data.groupId(), data.memberId(), all);
                return response;
            } finally {
                if (response == null || response.error() != Errors.NONE) {
                    ShareFetches.discard(found);
                }
            }
        }
    }

    private static void hint(LeaderHints hints, TopicIdPartition partition, PartitionData answer) {
        Errors error = Errors.forCode(answer.errorCode());
        if (error == Errors.NOT_LEADER_OR_FOLLOWER || error == Errors.FENCED_LEADER_EPOCH) {
            hints.about(
                    partition.topicPartition(),
                    (leader, epoch) ->
                            answer.currentLeader().setLeaderId(leader).setLeaderEpoch(epoch));
        }
    }

    private static void addAcknowledged(ShareFetchResponse response, Map<TopicIdPartition, Errors> acknowledged) {
        acknowledged.forEach((partition, error) -> answerFor(response, partition)
                .setAcknowledgeErrorCode(error.code())
                .setAcknowledgeErrorMessage(error == Errors.NONE ? null : error.message()));
    }

    private static PartitionData answerFor(ShareFetchResponse response, TopicIdPartition partition) {
        ShareFetchableTopicResponse topic = response.data().responses().find(partition.topicId());
        if (topic == null) {
            topic = new ShareFetchableTopicResponse().setTopicId(partition.topicId());
            response.data().responses().add(topic);
        }
        for (PartitionData known : topic.partitions()) {
            if (known.partitionIndex() == partition.partition()) {
                return known;
            }
        }
        PartitionData added = ShareFetchResponse.partitionResponse(partition, Errors.NONE);
        topic.partitions().add(added);
        return added;
    }
}
