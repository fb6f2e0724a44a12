package io.polestar.ops.differential;

import static io.polestar.ops.differential.ShareFetchScenarios.batch;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ShareAcknowledgeRequestData;
import org.apache.kafka.common.message.ShareAcknowledgeRequestData.AcknowledgePartition;
import org.apache.kafka.common.message.ShareAcknowledgeRequestData.AcknowledgeTopic;
import org.apache.kafka.common.message.ShareFetchRequestData.AcknowledgementBatch;
import org.apache.kafka.common.protocol.ApiKeys;

/** Acknowledgements by themselves. */
final class ShareAcknowledgeScenarios {
    private static final String MEMBER = ShareGroupScenarios.MEMBER;
    private static final String TOPIC = "share-acknowledge";

    private ShareAcknowledgeScenarios() {}

    static List<Scenario> all() {
        return List.of(
                new Scenario("share-acknowledge", ShareAcknowledgeScenarios::acknowledge),
                new Scenario("share-acknowledge-refusals", ShareAcknowledgeScenarios::refusals));
    }

    /** Of a partition with the records 0 to 5: borderline, invalid, and some that go through. */
    static List<AcknowledgementBatch> odd() {
        return List.of(
                batch(1, 0, 1),
                batch(-1, 0, 1),
                batch(-2, -1, 1),
                batch(0, 9, 1),
                batch(6, 6, 1),
                batch(100, 100, 1),
                batch(0, 0),
                batch(0, 0, 9),
                batch(0, 0, -1),
                batch(0, 0, 5),
                batch(0, 2, 1, 1),
                batch(0, 1, 1, 2, 3),
                batch(0, 0, 4),
                batch(0, 0, 1),
                batch(0, 0, 1),
                batch(1, 2, 3, 0),
                batch(1, 3, 2),
                batch(0, Long.MAX_VALUE, 1));
    }

    static ShareAcknowledgeRequestData request(String group, String member, int epoch) {
        return new ShareAcknowledgeRequestData()
                .setGroupId(group)
                .setMemberId(member)
                .setShareSessionEpoch(epoch);
    }

    static ShareAcknowledgeRequestData of(
            ShareAcknowledgeRequestData request, Uuid id, int partition, AcknowledgementBatch... batches) {
        AcknowledgeTopic topic = request.topics().find(id);
        if (topic == null) {
            topic = new AcknowledgeTopic().setTopicId(id);
            request.topics().add(topic);
        }
        AcknowledgePartition added = new AcknowledgePartition().setPartitionIndex(partition);
        for (AcknowledgementBatch batch : batches) {
            added.acknowledgementBatches()
                    .add(new ShareAcknowledgeRequestData.AcknowledgementBatch()
                            .setFirstOffset(batch.firstOffset())
                            .setLastOffset(batch.lastOffset())
                            .setAcknowledgeTypes(batch.acknowledgeTypes()));
        }
        topic.partitions().add(added);
        return request;
    }

    private static void send(Session session, short version, String step, ShareAcknowledgeRequestData request) {
        session.call(step, ApiKeys.SHARE_ACKNOWLEDGE, version, request);
    }

    private static void acknowledge(Session session) {
        Uuid id = Admin.create(session, TOPIC, 2, Map.of());
        ProduceScenarios.store(session, id, 0, Batches.plain(6));
        for (short version : Session.versions(ApiKeys.SHARE_ACKNOWLEDGE)) {
            String group = TOPIC + version;
            ShareFetchScenarios.group(session, group, TOPIC);
            ShareFetchScenarios.open(session, group, MEMBER, id, 0);
            int epoch = 1;
            for (AcknowledgementBatch batch : odd()) {
                send(session, version, "" + batch, of(request(group, MEMBER, epoch++), id, 0, batch));
            }
            send(
                    session,
                    version,
                    "several",
                    of(request(group, MEMBER, epoch++), id, 0, batch(3, 3, 2), batch(4, 4, 1)));
            send(
                    session,
                    version,
                    "backwards",
                    of(request(group, MEMBER, epoch++), id, 0, batch(5, 5, 1), batch(4, 4, 1)));
            send(session, version, "nothing", request(group, MEMBER, epoch++));
            send(session, version, "no batches", of(request(group, MEMBER, epoch++), id, 0));
            send(session, version, "not fetched", of(request(group, MEMBER, epoch++), id, 1, batch(0, 0, 1)));
            send(session, version, "no partition", of(request(group, MEMBER, epoch++), id, 9, batch(0, 0, 1)));
            send(session, version, "no topic", of(request(group, MEMBER, epoch++), new Uuid(1, 5), 0, batch(0, 0, 1)));
            if (version > 1) {
                send(
                        session,
                        version,
                        "renew",
                        of(request(group, MEMBER, epoch++), id, 0, batch(5, 5, 4))
                                .setIsRenewAck(true));
                send(
                        session,
                        version,
                        "renew lost",
                        of(request(group, MEMBER, epoch++), id, 0, batch(4, 4, 4))
                                .setIsRenewAck(true));
                send(
                        session,
                        version,
                        "not renewing",
                        of(request(group, MEMBER, epoch++), id, 0, batch(5, 5, 1))
                                .setIsRenewAck(true));
            }
            session.call(
                    "what is left", ApiKeys.SHARE_FETCH, (short) 2, ShareFetchScenarios.fetch(group, MEMBER, epoch++));
            send(session, version, "close", of(request(group, MEMBER, -1), id, 0, batch(5, 5, 3)));
        }
    }

    private static void refusals(Session session) {
        String topic = "share-acknowledge-refused";
        Uuid id = Admin.create(session, topic, 1, Map.of());
        ProduceScenarios.store(session, id, 0, Batches.plain(6));
        ShareFetchScenarios.group(session, topic, topic);
        for (short version : Session.versions(ApiKeys.SHARE_ACKNOWLEDGE)) {
            send(session, version, "no session", of(request(topic, MEMBER, 1), id, 0, batch(0, 0, 1)));
            send(session, version, "close nothing", request(topic, MEMBER, -1));
            send(session, version, "first", of(request(topic, MEMBER, 0), id, 0, batch(0, 0, 1)));
            ShareFetchScenarios.open(session, topic, MEMBER, id, 0);
            send(session, version, "skip", of(request(topic, MEMBER, 5), id, 0, batch(0, 0, 1)));
            send(session, version, "negative", of(request(topic, MEMBER, -2), id, 0, batch(0, 0, 1)));
            send(session, version, "no group", of(request(null, MEMBER, 1), id, 0, batch(0, 0, 1)));
            send(session, version, "empty group", of(request("", MEMBER, 1), id, 0, batch(0, 0, 1)));
            send(session, version, "other group", of(request("share-nothing", MEMBER, 1), id, 0, batch(0, 0, 1)));
            send(session, version, "no member", of(request(topic, null, 1), id, 0, batch(0, 0, 1)));
            send(session, version, "empty member", of(request(topic, "", 1), id, 0, batch(0, 0, 1)));
            send(session, version, "stranger", of(request(topic, "stranger", 1), id, 0, batch(0, 0, 1)));
            send(session, version, "member of 37", of(request(topic, "m".repeat(37), 1), id, 0, batch(0, 0, 1)));
            send(session, version, "close", request(topic, MEMBER, -1));
            send(session, version, "closed", of(request(topic, MEMBER, 1), id, 0, batch(0, 0, 1)));
        }
    }
}
