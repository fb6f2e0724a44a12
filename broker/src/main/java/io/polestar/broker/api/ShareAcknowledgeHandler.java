package io.polestar.broker.api;

import io.polestar.broker.security.Access;
import io.polestar.broker.share.Acknowledgement;
import io.polestar.broker.share.ShareSessions;
import io.polestar.broker.share.ShareSettings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.ShareAcknowledgeRequestData;
import org.apache.kafka.common.message.ShareAcknowledgeResponseData.PartitionData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.ShareAcknowledgeRequest;
import org.apache.kafka.common.requests.ShareAcknowledgeResponse;
import org.apache.kafka.common.requests.ShareRequestMetadata;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.metadata.KRaftMetadataCache;

/**
 * ShareAcknowledge (KIP-932): a member accepts, releases or rejects what it was given, without fetching more.
 *
 * <ul>
 *   <li>version 2: it may renew its time as well (KIP-1222)
 *   <li>the answer waits until what was said is persisted
 * </ul>
 */
final class ShareAcknowledgeHandler implements ApiHandler<ShareAcknowledgeRequest> {
    private static final short FIRST_VERSION_WITH_RENEW = 2;

    private final GroupProtocol protocol;
    private final ShareAcknowledgements acknowledgements;
    private final ShareSessions sessions;
    private final ShareSettings settings;
    private final KRaftMetadataCache metadata;
    private final Access access;

    ShareAcknowledgeHandler(
            GroupProtocol protocol,
            ShareAcknowledgements acknowledgements,
            ShareSessions sessions,
            ShareSettings settings,
            KRaftMetadataCache metadata,
            Access access) {
        this.protocol = protocol;
        this.acknowledgements = acknowledgements;
        this.sessions = sessions;
        this.settings = settings;
        this.metadata = metadata;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.SHARE_ACKNOWLEDGE;
    }

    @Override
    public CompletableFuture<ShareAcknowledgeResponse> handle(RequestContext context, ShareAcknowledgeRequest request) {
        ShareAcknowledgeRequestData data = request.data();
        protocol.require();
        ShareMembers.requireGroup(data.groupId());
        access.requireOnGroup(context, AclOperation.READ, data.groupId());
        ShareMembers.requireValid(data.memberId());
        sessions.acknowledge(data.groupId(), data.memberId(), data.shareSessionEpoch());
        var given = new ShareAcknowledgements.Given(
                data.groupId(),
                data.memberId(),
                request.version() >= FIRST_VERSION_WITH_RENEW,
                data.isRenewAck(),
                read(data));
        return acknowledgements
                .apply(given, topic -> access.allowed(context, AclOperation.READ, ResourceType.TOPIC, topic))
                .thenApply(results -> {
                    if (data.shareSessionEpoch() == ShareRequestMetadata.FINAL_EPOCH) {
                        sessions.end(data.groupId(), data.memberId());
                    }
                    return answer(context, data.groupId(), results);
                });
    }

    private Map<TopicIdPartition, List<Acknowledgement>> read(ShareAcknowledgeRequestData data) {
        Map<Uuid, String> names = metadata.topicIdsToNames();
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

    private ShareAcknowledgeResponse answer(
            RequestContext context, String groupId, Map<TopicIdPartition, Errors> results) {
        LeaderHints hints = new LeaderHints(metadata, context.listenerName);
        LinkedHashMap<TopicIdPartition, PartitionData> answers = new LinkedHashMap<>();
        results.forEach((partition, error) -> {
            PartitionData answer = ShareAcknowledgeResponse.partitionResponse(partition, error)
                    .setErrorMessage(error == Errors.NONE ? null : error.message());
            if (error == Errors.NOT_LEADER_OR_FOLLOWER || error == Errors.FENCED_LEADER_EPOCH) {
                hints.about(
                        partition.topicPartition(),
                        (leader, epoch) ->
                                answer.currentLeader().setLeaderId(leader).setLeaderEpoch(epoch));
            }
            answers.put(partition, answer);
        });
        return ShareAcknowledgeResponse.of(Errors.NONE, 0, answers, hints.nodes(), settings.lockDurationMs(groupId));
    }
}
