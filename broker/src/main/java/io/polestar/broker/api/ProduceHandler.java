package io.polestar.broker.api;

import io.polestar.broker.security.Access;
import io.polestar.broker.topic.InternalTopics;
import io.polestar.broker.topic.Partition;
import io.polestar.broker.topic.Partitions;
import io.polestar.broker.txn.ClientSupport;
import io.polestar.broker.txn.TransactionVerifier;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.InvalidRequiredAcksException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicIdException;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.RequestUtils;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.metadata.KRaftMetadataCache;
import org.apache.kafka.storage.internals.log.VerificationGuard;

/**
 * Produce: each partition's one batch is appended on the calling event loop, without a hand-off.
 *
 * <ul>
 *   <li>v3 to v12: topics by name. v8: errors of single records. v10: the current leader in a refusal (KIP-951).
 *   <li>v13: topics by id.
 *   <li>acks=0: no answer; a refusal closes the connection, so that the client notices.
 *   <li>acks=all: answered when the high watermark is past the batches, or with REQUEST_TIMED_OUT.
 *   <li>Transactional batches: the first one of a transaction in a partition is appended when the transaction coordinator
 *       says that the transaction includes the partition (to v11), or has added it (from v12 on).
 * </ul>
 */
final class ProduceHandler implements ApiHandler<ProduceRequest> {
    private static final short FIRST_VERSION_WITH_TOPIC_IDS = 13;
    private static final String ADMIN_CLIENT_ID = "__admin_client";

    private final KRaftMetadataCache metadata;
    private final Partitions partitions;
    private final Access access;
    private final TransactionVerifier verifier;
    private final ScheduledExecutorService timer;

    /** @param timer refuses what is not committed in time */
    ProduceHandler(
            KRaftMetadataCache metadata,
            Partitions partitions,
            Access access,
            TransactionVerifier verifier,
            ScheduledExecutorService timer) {
        this.metadata = metadata;
        this.partitions = partitions;
        this.access = access;
        this.verifier = verifier;
        this.timer = timer;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.PRODUCE;
    }

    /**
     * The append is done when {@link #handle} returns, and only that it is committed is waited for; or else the answer is a
     * {@link HeldAnswer}.
     */
    @Override
    public boolean mayBeOvertaken() {
        return true;
    }

    @Override
    public boolean readsRecordsLater() {
        return false;
    }

    @Override
    public CompletableFuture<? extends AbstractResponse> handle(RequestContext context, ProduceRequest request) {
        if (!RequestUtils.hasTransactionalRecords(request)) {
            return append(context, request, null);
        }
        refuseForeignTransaction(context, request);
        TransactionalWrite write = transactionalWrite(context, request);
        CompletableFuture<TransactionalWrite> verified = write.isEmpty()
                ? CompletableFuture.completedFuture(write)
                : verifier.verify(write.producer(), write.sequences(), write.support())
                        .thenApply(write::with);
        return verified.isDone()
                ? append(context, request, verified.join())
                : HeldAnswer.of(verified.thenCompose(w -> append(context, request, w)));
    }

    private void refuseForeignTransaction(RequestContext context, ProduceRequest request) {
        String id = request.data().transactionalId();
        if (id == null || !access.allowed(context, AclOperation.WRITE, ResourceType.TRANSACTIONAL_ID, id)) {
            throw new TransactionalIdAuthorizationException("Not authorized to write as transactional id " + id);
        }
    }

    /** What of the request has to be verified: what would be refused in any case is left to that. */
    private TransactionalWrite transactionalWrite(RequestContext context, ProduceRequest request) {
        TransactionalWrite write =
                new TransactionalWrite(request.data().transactionalId(), ClientSupport.ofProduce(context.apiVersion()));
        Map<String, Boolean> mayWrite = new HashMap<>(2);
        for (TopicProduceData topic : request.data().topicData()) {
            for (PartitionProduceData data : topic.partitionData()) {
                admitted(context, request, topic, data, mayWrite)
                        .ifPresent(records -> write.add(new TopicPartition(nameOf(topic), data.index()), records));
            }
        }
        return write;
    }

    private Optional<MemoryRecords> admitted(
            RequestContext context,
            ProduceRequest request,
            TopicProduceData topic,
            PartitionProduceData data,
            Map<String, Boolean> mayWrite) {
        try {
            TopicPartition topicPartition = new TopicPartition(nameOf(topic), data.index());
            requireWrite(context, topic, topicPartition.topic(), mayWrite);
            Partition partition = partitions.leader(topicPartition);
            requireSame(topic.topicId(), partition);
            partition.requireProducible();
            requireAppendable(context, request, topicPartition);
            return Optional.of(records(context.apiVersion(), data));
        } catch (RuntimeException e) {
            return Optional.empty();
        }
    }

    /** @param write null if the request has no transactional batch */
    private CompletableFuture<? extends AbstractResponse> append(
            RequestContext context, ProduceRequest request, TransactionalWrite write) {
        ProduceAnswer answer = new ProduceAnswer(context.apiVersion(), new LeaderHints(metadata, context.listenerName));
        Map<String, Boolean> mayWrite = new HashMap<>(2);
        for (TopicProduceData topic : request.data().topicData()) {
            answer.begin(topic);
            for (PartitionProduceData partition : topic.partitionData()) {
                produce(context, request, topic, partition, mayWrite, write, answer);
            }
        }
        return switch (request.acks()) {
            case 0 -> answer.asNone(context);
            case -1 -> answer.whenCommitted(request.timeout(), timer);
            default -> CompletableFuture.completedFuture(answer.asResponse());
        };
    }

    private void produce(
            RequestContext context,
            ProduceRequest request,
            TopicProduceData topic,
            PartitionProduceData data,
            Map<String, Boolean> mayWrite,
            TransactionalWrite write,
            ProduceAnswer answer) {
        TopicPartition topicPartition = new TopicPartition(nameOf(topic), data.index());
        Partition partition = null;
        try {
            requireWrite(context, topic, topicPartition.topic(), mayWrite);
            Partition found = partitions.leader(topicPartition);
            requireSame(topic.topicId(), found);
            MemoryRecords records = records(context.apiVersion(), data);
            requireAppendable(context, request, topicPartition);
            VerificationGuard guard = write == null ? VerificationGuard.SENTINEL : write.guard(topicPartition);
            partition = found;
            answer.stored(partition, partition.appendFromClient(records, request.acks(), guard));
        } catch (RuntimeException e) {
            noteRefusal(context, topicPartition, data, answer.refused(topicPartition, partition, e));
        } catch (Error e) {
            // A codec's native library throws these when the bytes are not its own; other partitions go on.
            RuntimeException refusal = new KafkaException("The records cannot be read", e);
            noteRefusal(context, topicPartition, data, answer.refused(topicPartition, partition, refusal));
        }
    }

    private void noteRefusal(
            RequestContext context, TopicPartition topicPartition, PartitionProduceData data, Errors error) {
        Refusals.of(context, topicPartition, data.records(), error).ifPresent(partitions.losses()::onRefused);
    }

    private String nameOf(TopicProduceData topic) {
        return topic.topicId().equals(Uuid.ZERO_UUID)
                ? topic.name()
                : metadata.getTopicName(topic.topicId()).orElse("");
    }

    private void requireWrite(
            RequestContext context, TopicProduceData topic, String name, Map<String, Boolean> mayWrite) {
        if (name.isEmpty() && context.apiVersion() >= FIRST_VERSION_WITH_TOPIC_IDS) {
            throw new UnknownTopicIdException("There is no topic with id " + topic.topicId());
        }
        if (!mayWrite.computeIfAbsent(name, n -> access.allowed(context, AclOperation.WRITE, ResourceType.TOPIC, n))) {
            throw new TopicAuthorizationException(name);
        }
    }

    private static void requireSame(Uuid asked, Partition partition) {
        if (!asked.equals(Uuid.ZERO_UUID) && !asked.equals(partition.topicId())) {
            throw new UnknownTopicIdException("Topic "
                    + partition.topicPartition().topic() + " has id " + partition.topicId() + " now, not " + asked);
        }
    }

    private static void requireAppendable(
            RequestContext context, ProduceRequest request, TopicPartition topicPartition) {
        if (request.acks() < -1 || request.acks() > 1) {
            throw new InvalidRequiredAcksException("acks is " + request.acks() + ", but must be -1, 0 or 1");
        }
        if (InternalTopics.contains(topicPartition.topic()) && !ADMIN_CLIENT_ID.equals(context.clientId())) {
            throw new InvalidTopicException("Cannot append to internal topic " + topicPartition.topic());
        }
    }

    private static MemoryRecords records(short version, PartitionProduceData data) {
        ProduceRequest.validateRecords(version, data.records());
        if (data.records() instanceof MemoryRecords records) {
            return records;
        }
        throw new InvalidRecordException("A produce must have one record batch per partition");
    }
}
