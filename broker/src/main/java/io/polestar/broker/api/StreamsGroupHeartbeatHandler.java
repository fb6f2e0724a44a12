package io.polestar.broker.api;

import io.polestar.broker.group.MemberDepartures;
import io.polestar.broker.security.Access;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.Subtopology;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.TopicInfo;
import org.apache.kafka.common.message.StreamsGroupHeartbeatResponseData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatResponseData.Status;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.StreamsGroupHeartbeatRequest;
import org.apache.kafka.common.requests.StreamsGroupHeartbeatResponse;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.apache.kafka.coordinator.group.streams.StreamsGroupHeartbeatResult;

/**
 * StreamsGroupHeartbeat (KIP-1071): an instance of a Kafka Streams application joins, tells its topology, and gets its tasks.
 *
 * <ul>
 *   <li>the topology's repartition and changelog topics are created, if the principal may create them
 * </ul>
 */
final class StreamsGroupHeartbeatHandler implements ApiHandler<StreamsGroupHeartbeatRequest> {
    private static final byte MISSING_TOPICS = StreamsGroupHeartbeatResponse.Status.MISSING_INTERNAL_TOPICS.code();
    private static final int MAX_FAILURES_SHOWN = 3;

    private final GroupCoordinator groups;
    private final MemberDepartures departures;
    private final GroupProtocol protocol;
    private final StreamsTopics topics;
    private final ToLongFunction<String> heartbeatIntervalMs;
    private final Access access;

    /** @param heartbeatIntervalMs of a group, by its id */
    StreamsGroupHeartbeatHandler(
            GroupCoordinator groups,
            MemberDepartures departures,
            GroupProtocol protocol,
            StreamsTopics topics,
            ToLongFunction<String> heartbeatIntervalMs,
            Access access) {
        this.groups = groups;
        this.departures = departures;
        this.protocol = protocol;
        this.topics = topics;
        this.heartbeatIntervalMs = heartbeatIntervalMs;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.STREAMS_GROUP_HEARTBEAT;
    }

    @Override
    public CompletableFuture<StreamsGroupHeartbeatResponse> handle(
            RequestContext context, StreamsGroupHeartbeatRequest request) {
        protocol.require();
        StreamsGroupHeartbeatRequestData data = request.data();
        access.requireOnGroup(context, AclOperation.READ, data.groupId());
        List<String> used = topicsOf(data);
        String refusal = refusal(used);
        if (refusal != null) {
            return CompletableFuture.completedFuture(
                    new StreamsGroupHeartbeatResponse(new StreamsGroupHeartbeatResponseData()
                            .setErrorCode(Errors.STREAMS_INVALID_TOPOLOGY.code())
                            .setErrorMessage(refusal)));
        }
        requireOnTopics(context, used);
        if (request.data().memberEpoch() == StreamsGroupHeartbeatRequest.LEAVE_GROUP_MEMBER_EPOCH) {
            departures.leaving(request.data().groupId(), request.data().memberId(), null, "");
        }
        return groups.streamsGroupHeartbeat(context, data).thenApply(result -> answer(context, data.groupId(), result));
    }

    private static List<String> topicsOf(StreamsGroupHeartbeatRequestData data) {
        return data.topology() == null
                ? List.of()
                : data.topology().subtopologies().stream()
                        .flatMap(StreamsGroupHeartbeatHandler::topicsOf)
                        .distinct()
                        .toList();
    }

    private static Stream<String> topicsOf(Subtopology subtopology) {
        return Stream.of(
                        subtopology.sourceTopics().stream(),
                        subtopology.repartitionSinkTopics().stream(),
                        subtopology.repartitionSourceTopics().stream().map(TopicInfo::name),
                        subtopology.stateChangelogTopics().stream().map(TopicInfo::name))
                .flatMap(Function.identity());
    }

    /** @return what is wrong with the topics' names, {@code null} if nothing is */
    private static String refusal(List<String> used) {
        String internal = joined(used, Topic::isInternal);
        if (!internal.isEmpty()) {
            return "Use of Kafka internal topics " + internal + " in a Kafka Streams topology is prohibited.";
        }
        String invalid = joined(used, topic -> !Topic.isValid(topic));
        return invalid.isEmpty() ? null : "Topic names " + invalid + " are not valid topic names.";
    }

    private static String joined(List<String> topics, Predicate<String> which) {
        return topics.stream().filter(which).collect(Collectors.joining(","));
    }

    private void requireOnTopics(RequestContext context, List<String> used) {
        int allowed = access.allowedNames(context, AclOperation.DESCRIBE, ResourceType.TOPIC, used, Function.identity())
                .size();
        if (allowed < used.size()) {
            throw new TopicAuthorizationException("Not authorized to describe all topics of the topology");
        }
    }

    private StreamsGroupHeartbeatResponse answer(
            RequestContext context, String groupId, StreamsGroupHeartbeatResult result) {
        StreamsGroupHeartbeatResponseData data = result.data();
        Map<String, CreatableTopic> missing = result.creatableTopics();
        if (missing.isEmpty()) {
            return new StreamsGroupHeartbeatResponse(data);
        }
        List<String> forbidden = forbidden(context, missing.keySet().stream().toList());
        if (forbidden.isEmpty()) {
            topics.create(missing.values(), context.principal, 2 * heartbeatIntervalMs.applyAsLong(groupId));
            tellOfFailures(data, topics.failures(missing.keySet()));
        } else {
            tellOfForbidden(data, "Unauthorized to CREATE on topics " + String.join(", ", forbidden) + ".");
        }
        return new StreamsGroupHeartbeatResponse(data);
    }

    private List<String> forbidden(RequestContext context, List<String> missing) {
        return access.allowedOnCluster(context, AclOperation.CREATE)
                ? List.of()
                : missing.stream()
                        .filter(topic -> !access.allowed(context, AclOperation.CREATE, ResourceType.TOPIC, topic))
                        .toList();
    }

    private static void tellOfForbidden(StreamsGroupHeartbeatResponseData data, String what) {
        Status known = missingTopics(data);
        if (known != null) {
            known.setStatusDetail(known.statusDetail() + "; " + what);
            return;
        }
        List<Status> all = data.status() == null ? new ArrayList<>() : new ArrayList<>(data.status());
        all.add(new Status().setStatusCode(MISSING_TOPICS).setStatusDetail(what));
        data.setStatus(all);
    }

    private static void tellOfFailures(StreamsGroupHeartbeatResponseData data, Map<String, String> failures) {
        Status known = missingTopics(data);
        if (known == null || failures.isEmpty()) {
            return;
        }
        String shown = new TreeMap<>(failures)
                .entrySet().stream()
                        .limit(MAX_FAILURES_SHOWN)
                        .map(each -> each.getKey() + " (" + each.getValue() + ")")
                        .collect(Collectors.joining(", "));
        int more = failures.size() - MAX_FAILURES_SHOWN;
        String rest = more > 0 ? " and " + more + " more" : "";
        known.setStatusDetail(known.statusDetail() + "; Creation failed: " + shown + rest + ".");
    }

    private static Status missingTopics(StreamsGroupHeartbeatResponseData data) {
        return data.status() == null
                ? null
                : data.status().stream()
                        .filter(status -> status.statusCode() == MISSING_TOPICS)
                        .findFirst()
                        .orElse(null);
    }
}
