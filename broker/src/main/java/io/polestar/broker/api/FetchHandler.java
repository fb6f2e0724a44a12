package io.polestar.broker.api;

import io.polestar.broker.quota.Charge;
import io.polestar.broker.quota.ClientQuotas;
import io.polestar.broker.security.Access;
import io.polestar.broker.topic.Partitions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.metadata.KRaftMetadataCache;
import org.apache.kafka.server.FetchContext;
import org.apache.kafka.server.FetchManager;

/**
 * Fetch: reads on the calling event loop; with too few bytes the request is parked on its partitions until an append or
 * its time satisfies it. Records leave as slices of the log's memory.
 *
 * <ul>
 *   <li>v4 to v12: topics by name. v7: incremental fetch sessions (KIP-227). v12: diverging epochs (KIP-595).
 *   <li>v13: topics by id. v16: the current leader in a refusal (KIP-951). v11's rack is ignored: one replica serves all.
 *   <li>Fetches of followers are answered NOT_LEADER_OR_FOLLOWER: no other broker holds a replica.
 * </ul>
 */
public final class FetchHandler implements ApiHandler<FetchRequest> {
    private static final short FIRST_VERSION_WITH_TOPIC_IDS = 13;

    private final KRaftMetadataCache metadata;
    private final Partitions partitions;
    private final Access access;
    private final FetchManager sessions;
    private final ScheduledExecutorService timer;
    private final int fetchMaxBytes;
    private final ClientQuotas quotas;
    private final Set<ParkedFetch> parked = ConcurrentHashMap.newKeySet();

    /**
     * @param timer completes parked requests whose time is over
     * @param fetchMaxBytes {@code fetch.max.bytes} of the broker
     */
    public FetchHandler(
            KRaftMetadataCache metadata,
            Partitions partitions,
            Access access,
            FetchManager sessions,
            ScheduledExecutorService timer,
            int fetchMaxBytes,
            ClientQuotas quotas) {
        this.metadata = metadata;
        this.partitions = partitions;
        this.access = access;
        this.sessions = sessions;
        this.timer = timer;
        this.fetchMaxBytes = fetchMaxBytes;
        this.quotas = quotas;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.FETCH;
    }

    /** It changes nothing. */
    @Override
    public boolean mayBeOvertaken() {
        return true;
    }

    @Override
    public List<String> gaps() {
        return List.of("Fetches of followers are refused: there is one replica of each partition.");
    }

    @Override
    public CompletableFuture<? extends AbstractResponse> handle(RequestContext context, FetchRequest request) {
        Charge charge = quotas.charge(context);
        FetchContext session = session(request);
        Map<TopicIdPartition, PartitionData> refused = new LinkedHashMap<>();
        List<FetchRound.Wanted> wanted = new ArrayList<>();
        Map<String, Boolean> mayRead = new HashMap<>(4);
        session.foreachPartition((partition, data) -> {
            Errors error = refusal(context, request, partition, mayRead);
            if (error == Errors.NONE) {
                wanted.add(new FetchRound.Wanted(partition, data));
            } else {
                refused.put(partition, FetchResponse.partitionResponse(partition, error));
            }
        });
        FetchReader reader = reader(context, request, wanted, charge);
        FetchRound round = reader.read();
        int minBytes = Math.min(request.minBytes(), reader.maxBytes());
        if (request.maxWait() <= 0 || wanted.isEmpty() || round.satisfies(minBytes)) {
            return CompletableFuture.completedFuture(round.answer(session, refused, charge, request.version()));
        }
        round.release();
        CompletableFuture<AbstractResponse> answer =
                park(context, request, new ParkedFetch(reader, minBytes, session, refused, charge, parked));
        charge.handled();
        return answer;
    }

    private FetchContext session(FetchRequest request) {
        Map<Uuid, String> names =
                request.version() >= FIRST_VERSION_WITH_TOPIC_IDS ? metadata.topicIdsToNames() : Map.of();
        return sessions.newContext(
                request.version(),
                request.metadata(),
                request.isFromFollower(),
                request.fetchData(names),
                request.forgottenTopics(names),
                names);
    }

    private Errors refusal(
            RequestContext context, FetchRequest request, TopicIdPartition partition, Map<String, Boolean> mayRead) {
        if (partition.topic() == null) {
            return Errors.UNKNOWN_TOPIC_ID;
        }
        boolean allowed = mayRead.computeIfAbsent(
                partition.topic(),
                topic -> request.isFromFollower()
                        ? access.allowedOnCluster(context, AclOperation.CLUSTER_ACTION)
                        : access.allowed(context, AclOperation.READ, ResourceType.TOPIC, topic));
        if (!allowed) {
            return Errors.TOPIC_AUTHORIZATION_FAILED;
        }
        if (!metadata.contains(partition.topicPartition())) {
            return Errors.UNKNOWN_TOPIC_OR_PARTITION;
        }
        return request.isFromFollower() ? Errors.NOT_LEADER_OR_FOLLOWER : Errors.NONE;
    }

    private FetchReader reader(
            RequestContext context, FetchRequest request, List<FetchRound.Wanted> wanted, Charge charge) {
        return new FetchReader(
                partitions,
                metadata,
                context.listenerName,
                request.version(),
                request.isolationLevel(),
                context.clientId(),
                Math.min(Math.min(request.maxBytes(), fetchMaxBytes), charge.fetchableBytes()),
                wanted);
    }

    private CompletableFuture<AbstractResponse> park(RequestContext context, FetchRequest request, ParkedFetch fetch) {
        parked.add(fetch);
        fetch.await(context.connectionId, timer, request.maxWait());
        return fetch.answer();
    }

    /** Gives up what a connection that is gone still waits for. */
    public void onConnectionClosed(String connectionId) {
        for (ParkedFetch fetch : parked) {
            fetch.cancelIfOf(connectionId);
        }
    }
}
