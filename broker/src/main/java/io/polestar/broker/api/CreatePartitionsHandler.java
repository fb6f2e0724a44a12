package io.polestar.broker.api;

import io.polestar.broker.ViewConfigs;
import io.polestar.broker.controller.MetadataChanges;
import io.polestar.broker.quota.ClientQuotas;
import io.polestar.broker.security.Access;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreatePartitionsResponseData.CreatePartitionsTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.CreatePartitionsRequest;
import org.apache.kafka.common.requests.CreatePartitionsResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.metadata.MetadataCache;
import org.apache.kafka.server.quota.ControllerMutationQuota;

/** Adds partitions to topics; each topic is answered for itself, when the new partitions can be used. */
final class CreatePartitionsHandler implements ApiHandler<CreatePartitionsRequest> {
    /** What the controller can write at once; it lays out all partitions in memory before it finds that out. */
    private static final int MOST_ADDED = 10_000;

    private static final int FIRST_VERSION_REFUSED_BY_QUOTA = 3;

    private final MetadataChanges changes;
    private final MetadataCache cache;
    private final ClientQuotas quotas;
    private final Access access;

    CreatePartitionsHandler(MetadataChanges changes, MetadataCache cache, ClientQuotas quotas, Access access) {
        this.quotas = quotas;
        this.changes = changes;
        this.cache = cache;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.CREATE_PARTITIONS;
    }

    @Override
    public CompletableFuture<CreatePartitionsResponse> handle(RequestContext context, CreatePartitionsRequest request) {
        CreatePartitionsRequestData data = request.data();
        List<CreatePartitionsTopicResult> refused = new ArrayList<>();
        List<CreatePartitionsTopic> accepted = new ArrayList<>();
        sort(context, data, accepted, refused);
        ControllerMutationQuota quota = quotas.changes(context, FIRST_VERSION_REFUSED_BY_QUOTA);
        return changes.apply(
                        context,
                        data.timeoutMs(),
                        quota::record,
                        (controller, on) -> controller.createPartitions(on, accepted, data.validateOnly()))
                .thenApply(results -> response(refused, results, quota.throttleTime()));
    }

    private void sort(
            RequestContext context,
            CreatePartitionsRequestData request,
            List<CreatePartitionsTopic> accepted,
            List<CreatePartitionsTopicResult> refused) {
        Map<String, Integer> occurrences = new HashMap<>();
        request.topics().forEach(topic -> occurrences.merge(topic.name(), 1, Integer::sum));
        occurrences.forEach((name, count) -> {
            if (count > 1) {
                refused.add(refusal(name, Errors.INVALID_REQUEST).setErrorMessage("Duplicate topic name."));
            } else if (!access.allowed(context, AclOperation.ALTER, ResourceType.TOPIC, name)) {
                refused.add(refusal(name, Errors.TOPIC_AUTHORIZATION_FAILED));
            } else if (addsTooMany(request.topics().find(name))) {
                refused.add(refusal(name, Errors.POLICY_VIOLATION)
                        .setErrorMessage("A request may add at most " + MOST_ADDED + " partitions to a topic"));
            } else if (cache.topicConfig(name).containsKey(ViewConfigs.PATTERN)) {
                refused.add(refusal(name, Errors.POLICY_VIOLATION)
                        .setErrorMessage("A view keeps its partitions: each source has its own among them"));
            } else {
                accepted.add(request.topics().find(name));
            }
        });
    }

    private boolean addsTooMany(CreatePartitionsTopic topic) {
        return cache.numPartitions(topic.name())
                .filter(current -> (long) topic.count() - current > MOST_ADDED)
                .isPresent();
    }

    private static CreatePartitionsResponse response(
            List<CreatePartitionsTopicResult> refused, List<CreatePartitionsTopicResult> results, int throttleMs) {
        List<CreatePartitionsTopicResult> all = new ArrayList<>(refused);
        all.addAll(results);
        return new CreatePartitionsResponse(
                new CreatePartitionsResponseData().setResults(all).setThrottleTimeMs(throttleMs));
    }

    private static CreatePartitionsTopicResult refusal(String name, Errors error) {
        return new CreatePartitionsTopicResult().setName(name).setErrorCode(error.code());
    }
}
