package io.polestar.ops.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.ShareFetchRequestData;
import org.apache.kafka.common.message.ShareFetchRequestData.AcknowledgementBatch;
import org.apache.kafka.common.message.ShareFetchRequestData.FetchPartition;
import org.apache.kafka.common.message.ShareFetchRequestData.FetchTopic;
import org.apache.kafka.common.message.ShareFetchRequestData.ForgottenTopic;
import org.apache.kafka.common.message.ShareFetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.CompressionType;

/** What members of a share group are given, and what comes of it when they acknowledge with the next fetch. */
final class ShareFetchScenarios {
    static final byte ACCEPT = 1;
    static final byte RELEASE = 2;
    static final byte REJECT = 3;
    static final byte RENEW = 4;
    static final int CLOSE = -1;
    private static final byte GROUP = 32;
    private static final String MEMBER = ShareGroupScenarios.MEMBER;
    private static final String OTHER = ShareGroupScenarios.OTHER;

    private ShareFetchScenarios() {}

    static List<Scenario> all() {
        return List.of(
                new Scenario("share-fetch", ShareFetchScenarios::lifecycle),
                new Scenario("share-fetch-limits", ShareFetchScenarios::limits),
                new Scenario("share-fetch-acknowledgements", ShareFetchScenarios::acknowledgements),
                new Scenario("share-fetch-sessions", ShareFetchScenarios::sessions),
                new Scenario("share-fetch-refusals", ShareFetchScenarios::refusals));
    }

    /** A group that begins with the first record, and one of its members. */
    static void group(Session session, String group, String topic, String... settings) {
        Admin.awaitCoordinator(session, group);
        configure(session, group, "share.auto.offset.reset", "earliest");
        for (int i = 0; i < settings.length; i += 2) {
            configure(session, group, settings[i], settings[i + 1]);
        }
        ShareGroupScenarios.enter(session, group, MEMBER, topic);
    }

    private static void configure(Session session, String group, String name, String value) {
        AlterConfigsResource resource =
                new AlterConfigsResource().setResourceType(GROUP).setResourceName(group);
        resource.configs().add(new AlterableConfig().setName(name).setValue(value));
        IncrementalAlterConfigsRequestData request = new IncrementalAlterConfigsRequestData();
        request.resources().add(resource);
        session.prepare(ApiKeys.INCREMENTAL_ALTER_CONFIGS, request, IncrementalAlterConfigsResponseData.class);
    }

    static AcknowledgementBatch batch(long first, long last, int... types) {
        List<Byte> all = new ArrayList<>();
        for (int type : types) {
            all.add((byte) type);
        }
        return new AcknowledgementBatch()
                .setFirstOffset(first)
                .setLastOffset(last)
                .setAcknowledgeTypes(all);
    }

    static ShareFetchRequestData fetch(String group, String member, int epoch) {
        return new ShareFetchRequestData()
                .setGroupId(group)
                .setMemberId(member)
                .setShareSessionEpoch(epoch)
                .setMaxWaitMs(0)
                .setMinBytes(0)
                .setMaxRecords(100)
                .setBatchSize(100);
    }

    private static ShareFetchRequestData of(
            ShareFetchRequestData request, Uuid id, int partition, AcknowledgementBatch... batches) {
        FetchTopic topic = request.topics().find(id);
        if (topic == null) {
            topic = new FetchTopic().setTopicId(id);
            request.topics().add(topic);
        }
        topic.partitions()
                .add(new FetchPartition().setPartitionIndex(partition).setAcknowledgementBatches(List.of(batches)));
        return request;
    }

    /** Waits for records where there are some: the first fetch of a partition reads its state before. */
    private static ShareFetchRequestData patient(ShareFetchRequestData request) {
        return request.setMaxWaitMs(2_000).setMinBytes(1);
    }

    /** Acknowledges and asks for nothing, so that it does not matter how soon something is there. */
    private static void only(Session session, short version, String step, ShareFetchRequestData request) {
        send(session, version, step, request.setMaxRecords(0));
    }

    private static void send(Session session, short version, String step, ShareFetchRequestData request) {
        session.call(step, ApiKeys.SHARE_FETCH, version, request);
    }

    static ShareFetchResponseData prepare(Session session, ShareFetchRequestData request) {
        return session.prepare(ApiKeys.SHARE_FETCH, request, ShareFetchResponseData.class);
    }

    /** Opens a session on one partition and is given its records, without a trace. */
    static void open(Session session, String group, String member, Uuid id, int partition) {
        prepare(session, patient(of(fetch(group, member, 0), id, partition)));
    }

    private static Uuid topic(Session session, String name) {
        Uuid id = Admin.create(session, name, 3, Map.of());
        ProduceScenarios.store(session, id, 0, Batches.plain(4));
        ProduceScenarios.store(session, id, 0, Batches.plain(2));
        ProduceScenarios.store(session, id, 1, Batches.of(CompressionType.LZ4, Batches.records(5)));
        return id;
    }

    private static void lifecycle(Session session) {
        Uuid id = topic(session, "share-fetch");
        for (short version : Session.versions(ApiKeys.SHARE_FETCH)) {
            String group = "share-fetch-" + version;
            group(session, group, "share-fetch");
            send(session, version, "first", patient(of(fetch(group, MEMBER, 0), id, 0)));
            send(session, version, "nothing more", of(fetch(group, MEMBER, 1), id, 0));
            only(
                    session,
                    version,
                    "accept, release",
                    of(fetch(group, MEMBER, 2), id, 0, batch(0, 1, 1), batch(2, 3, 2)));
            send(session, version, "released", patient(fetch(group, MEMBER, 3)));
            send(session, version, "another partition", patient(of(fetch(group, MEMBER, 4), id, 1)));
            send(session, version, "reject all", of(fetch(group, MEMBER, 5), id, 0, batch(2, 5, 3)));
            ProduceScenarios.store(session, id, 2, Batches.plain(1));
            send(session, version, "a third", patient(of(fetch(group, MEMBER, 6), id, 2)));
            send(session, version, "another's", of(fetch(group, OTHER, 0), id, 1));
            send(
                    session,
                    version,
                    "close",
                    of(fetch(group, MEMBER, CLOSE), id, 1, batch(0, 0, 1)).setMaxRecords(0));
            send(session, version, "what was let go", patient(fetch(group, OTHER, 1)));
            send(
                    session,
                    version,
                    "close the other's",
                    fetch(group, OTHER, CLOSE).setMaxRecords(0));
        }
    }

    private static void limits(Session session) {
        Uuid id = topic(session, "share-limits");
        int number = 0;
        for (short version : Session.versions(ApiKeys.SHARE_FETCH)) {
            for (Map.Entry<String, UnaryOperator<ShareFetchRequestData>> limit :
                    limits(version).entrySet()) {
                String group = "share-limits-" + number++;
                group(session, group, "share-limits");
                ShareFetchRequestData request = patient(of(fetch(group, MEMBER, 0), id, 0));
                send(session, version, limit.getKey(), limit.getValue().apply(request));
                send(
                        session,
                        version,
                        limit.getKey() + " next",
                        patient(fetch(group, MEMBER, 1)).setMaxWaitMs(300));
                send(session, version, limit.getKey() + " end", fetch(group, MEMBER, CLOSE));
            }
        }
    }

    private static Map<String, UnaryOperator<ShareFetchRequestData>> limits(short version) {
        Map<String, UnaryOperator<ShareFetchRequestData>> all = new java.util.LinkedHashMap<>();
        all.put("no records", request -> request.setMaxRecords(0).setMaxWaitMs(300));
        all.put("-1 records", request -> request.setMaxRecords(-1).setMaxWaitMs(300));
        all.put("1 record", request -> request.setMaxRecords(1));
        all.put("4 records", request -> request.setMaxRecords(4));
        all.put("5 records", request -> request.setMaxRecords(5));
        all.put("batches of 1", request -> request.setBatchSize(1));
        all.put("batches of 3", request -> request.setBatchSize(3));
        all.put("batches of 0", request -> request.setBatchSize(0));
        all.put("batches of -1", request -> request.setBatchSize(-1));
        all.put("0 bytes", request -> request.setMaxBytes(0).setMaxWaitMs(300));
        all.put("1 byte", request -> request.setMaxBytes(1));
        all.put("more than there is", request -> request.setMinBytes(1_000_000).setMaxWaitMs(300));
        all.put("negative", request -> request.setMinBytes(-1).setMaxBytes(-1).setMaxWaitMs(300));
        if (version > 1) {
            for (int mode : new int[] {0, 1, 2, -1}) {
                all.put(
                        "mode " + mode,
                        request -> request.setShareAcquireMode((byte) mode)
                                .setMaxRecords(3)
                                .setBatchSize(2));
            }
        }
        return all;
    }

    private static void acknowledgements(Session session) {
        Uuid id = topic(session, "share-acknowledged");
        for (short version : Session.versions(ApiKeys.SHARE_FETCH)) {
            String group = "share-acknowledged-" + version;
            group(session, group, "share-acknowledged", "share.delivery.count.limit", "2");
            send(session, version, "first", patient(of(fetch(group, MEMBER, 0), id, 0)));
            int epoch = 1;
            for (AcknowledgementBatch batch : ShareAcknowledgeScenarios.odd()) {
                only(session, version, "" + batch, of(fetch(group, MEMBER, epoch++), id, 0, batch));
            }
            only(
                    session,
                    version,
                    "backwards",
                    of(fetch(group, MEMBER, epoch++), id, 0, batch(3, 3, 1), batch(2, 2, 1)));
            only(session, version, "overlap", of(fetch(group, MEMBER, epoch++), id, 0, batch(2, 3, 1), batch(3, 3, 1)));
            renew(session, version, of(fetch(group, MEMBER, epoch++), id, 0, batch(5, 5, RENEW)));
            only(session, version, "release", of(fetch(group, MEMBER, epoch++), id, 0, batch(5, 5, RELEASE)));
            send(session, version, "second time", patient(fetch(group, MEMBER, epoch++)));
            only(session, version, "release again", of(fetch(group, MEMBER, epoch++), id, 0, batch(5, 5, RELEASE)));
            send(session, version, "too often", fetch(group, MEMBER, epoch++));
            only(session, version, "not fetched", of(fetch(group, MEMBER, epoch++), id, 1, batch(0, 0, 1)));
            only(session, version, "no partition", of(fetch(group, MEMBER, epoch++), id, 9, batch(0, 0, 1)));
            only(session, version, "no topic", of(fetch(group, MEMBER, epoch), new Uuid(1, 5), 0, batch(0, 0, 1)));
            send(session, version, "close", fetch(group, MEMBER, CLOSE));
        }
    }

    private static void renew(Session session, short version, ShareFetchRequestData request) {
        if (version > 1) {
            send(session, version, "renew, and fetch", request.duplicate().setIsRenewAck(true));
            request.setIsRenewAck(true).setMaxRecords(0).setMaxBytes(0);
        }
        send(session, version, "renew", request);
    }

    private static void sessions(Session session) {
        Uuid id = topic(session, "share-sessions");
        for (short version : Session.versions(ApiKeys.SHARE_FETCH)) {
            String group = "share-sessions-" + version;
            group(session, group, "share-sessions");
            send(session, version, "not begun", of(fetch(group, MEMBER, 1), id, 0));
            send(session, version, "close nothing", fetch(group, MEMBER, CLOSE));
            send(session, version, "nothing", fetch(group, MEMBER, 0));
            send(session, version, "acknowledge first", of(fetch(group, MEMBER, 0), id, 0, batch(0, 0, 1)));
            send(session, version, "open", patient(of(fetch(group, MEMBER, 0), id, 0)));
            send(session, version, "skip", fetch(group, MEMBER, 7));
            send(session, version, "negative", fetch(group, MEMBER, -2));
            send(session, version, "again", fetch(group, MEMBER, 0));
            send(session, version, "open again", patient(of(of(fetch(group, MEMBER, 0), id, 0), id, 1)));
            send(session, version, "next", fetch(group, MEMBER, 1));
            send(session, version, "same", fetch(group, MEMBER, 1));
            forget(session, version, group, id);
            send(session, version, "close and fetch", of(fetch(group, MEMBER, CLOSE), id, 2));
            send(session, version, "closed", fetch(group, MEMBER, 3));
            send(session, version, "close again", fetch(group, MEMBER, CLOSE));
        }
    }

    private static void forget(Session session, short version, String group, Uuid id) {
        send(session, version, "open to forget", of(of(fetch(group, MEMBER, 0), id, 0), id, 1));
        ShareFetchRequestData request = of(fetch(group, MEMBER, 1), id, 2);
        request.forgottenTopicsData().add(new ForgottenTopic().setTopicId(id).setPartitions(List.of(0, 2, 9)));
        request.forgottenTopicsData()
                .add(new ForgottenTopic().setTopicId(new Uuid(1, 5)).setPartitions(List.of(0)));
        send(session, version, "forget", request);
        send(session, version, "what is left", of(fetch(group, MEMBER, 2), id, 1, batch(0, 4, 1)));
    }

    private static void refusals(Session session) {
        Uuid id = topic(session, "share-fetch-refused");
        String group = "share-fetch-refused";
        group(session, group, "share-fetch-refused");
        for (short version : Session.versions(ApiKeys.SHARE_FETCH)) {
            send(session, version, "no group", of(fetch(null, MEMBER, 0), id, 0));
            send(
                    session,
                    version,
                    "empty group",
                    of(fetch("", MEMBER, 0), id, 0).setMaxWaitMs(300));
            send(
                    session,
                    version,
                    "unknown group",
                    of(fetch("share-nothing" + version, MEMBER, 0), id, 0).setMaxWaitMs(1000));
            send(session, version, "no member", of(fetch(group, null, 0), id, 0));
            send(session, version, "empty member", of(fetch(group, "", 0), id, 0));
            send(session, version, "member of 37", of(fetch(group, "m".repeat(37), 0), id, 0));
            send(session, version, "member of 36", of(fetch(group, "m".repeat(36), 0), id, 9));
            send(session, version, "unknown topic", of(fetch(group, MEMBER, 0), new Uuid(1, 5), 0));
            send(session, version, "no topic", of(fetch(group, MEMBER, 0), Uuid.ZERO_UUID, 0));
            send(session, version, "no partition", of(fetch(group, MEMBER, 0), id, 9));
            send(session, version, "negative partition", of(fetch(group, MEMBER, 0), id, -1));
            send(session, version, "same twice", patient(of(of(fetch(group, MEMBER, 0), id, 0), id, 0)));
            send(session, version, "good and bad", of(of(fetch(group, MEMBER, 0), id, 9), id, 2));
            send(session, version, "close", fetch(group, MEMBER, CLOSE));
        }
    }
}
