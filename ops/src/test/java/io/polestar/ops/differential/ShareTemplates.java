package io.polestar.ops.differential;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.ShareGroupDescribeRequestData;
import org.apache.kafka.common.message.StreamsGroupDescribeRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/** Requests of share and streams groups, to be changed at random. */
final class ShareTemplates {
    private static final String GROUP = "random-share";
    private static final String MEMBER = ShareGroupScenarios.MEMBER;

    private ShareTemplates() {}

    /** A share group without members, which is at the beginning of all partitions. */
    static void prepare(Session session, String topic) {
        ShareFetchScenarios.group(session, GROUP, topic);
        ShareGroupScenarios.leave(session, GROUP, MEMBER);
    }

    static Map<ApiKeys, IntFunction<ApiMessage>> of(String topic, Uuid id) {
        Map<ApiKeys, IntFunction<ApiMessage>> all = new EnumMap<>(ApiKeys.class);
        // A topic that is there would be given out when its state is written, now or with the next heartbeat.
        all.put(ApiKeys.SHARE_GROUP_HEARTBEAT, n -> ShareGroupScenarios.join("random-share-" + n, MEMBER, "nothing"));
        all.put(
                ApiKeys.SHARE_GROUP_DESCRIBE,
                n -> new ShareGroupDescribeRequestData().setGroupIds(List.of(GROUP, "nothing")));
        all.put(
                ApiKeys.SHARE_ACKNOWLEDGE,
                n -> ShareAcknowledgeScenarios.of(
                        ShareAcknowledgeScenarios.request(GROUP, MEMBER, 1),
                        id,
                        0,
                        ShareFetchScenarios.batch(0, 1, ShareFetchScenarios.ACCEPT)));
        all.put(
                ApiKeys.DESCRIBE_SHARE_GROUP_OFFSETS,
                n -> new DescribeShareGroupOffsetsRequestData()
                        .setGroups(List.of(
                                ShareOffsetScenarios.group(GROUP, ShareOffsetScenarios.topic(topic, 0, 2)),
                                ShareOffsetScenarios.group("nothing", ShareOffsetScenarios.topic(topic, 0)))));
        all.put(ApiKeys.ALTER_SHARE_GROUP_OFFSETS, n -> ShareOffsetScenarios.altering(GROUP, topic, 0, 2, topic, 1, 0));
        all.put(ApiKeys.DELETE_SHARE_GROUP_OFFSETS, n -> ShareOffsetScenarios.deleting(GROUP, "nothing", "other"));
        all.putAll(ofState(id));
        all.put(ApiKeys.STREAMS_GROUP_HEARTBEAT, n -> streams("random-streams-" + n, topic));
        all.put(
                ApiKeys.STREAMS_GROUP_DESCRIBE,
                n -> new StreamsGroupDescribeRequestData().setGroupIds(List.of("nothing", "other")));
        return all;
    }

    private static Map<ApiKeys, IntFunction<ApiMessage>> ofState(Uuid id) {
        String group = "random-state";
        Map<ApiKeys, IntFunction<ApiMessage>> all = new EnumMap<>(ApiKeys.class);
        all.put(ApiKeys.INITIALIZE_SHARE_GROUP_STATE, n -> ShareStateScenarios.initialize(group, id, n % 3, n, n));
        all.put(ApiKeys.READ_SHARE_GROUP_STATE, n -> ShareStateScenarios.read(group, id, n % 3, 0));
        all.put(
                ApiKeys.WRITE_SHARE_GROUP_STATE,
                n -> ShareStateScenarios.write(
                        group, id, n % 3, n, 0, n, ShareStateScenarios.batch(n, n + 5, n % 3, 1)));
        all.put(ApiKeys.READ_SHARE_GROUP_STATE_SUMMARY, n -> ShareStateScenarios.summary(group, id, n % 3, 0));
        all.put(ApiKeys.DELETE_SHARE_GROUP_STATE, n -> ShareStateScenarios.delete(group, id, n % 3));
        return all;
    }

    private static ApiMessage streams(String group, String topic) {
        return StreamsGroupScenarios.join(
                group, MEMBER, StreamsGroupScenarios.topology(0, StreamsGroupScenarios.part("0", topic)));
    }
}
