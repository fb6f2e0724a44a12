package io.polestar.ops.differential;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Where Polestar answers otherwise and is meant to, with the reason: what is its own, and where Kafka fails by accident. */
public final class KnownDifferences {

    /**
     * One of them.
     *
     * @param where in words: an API, or what is told
     * @param reason in a sentence
     */
    public record Known(String where, String reason, Pattern scenario, Pattern step, Pattern field) {
        private boolean covers(Comparison.Difference difference) {
            return scenario.matcher(difference.scenario()).matches()
                    && step.matcher(difference.step()).find()
                    && difference.fields().stream()
                            .allMatch(line -> field.matcher(line).find());
        }
    }

    /** What {@link Masks} keeps out of the comparison already. */
    private static final Pattern MASKED = Pattern.compile("(?!)");

    private static final List<Known> ALL = List.of(
            new Known(
                    "configs `polestar.*`",
                    "DescribeConfigs and CreateTopics show Polestar's own configs of topics and brokers beside Kafka's.",
                    MASKED,
                    MASKED,
                    MASKED),
            new Known(
                    "config `min.insync.replicas`",
                    "Kafka sets it for the whole cluster, for eligible leader replicas, and its source is told so; with one"
                            + " replica there are none.",
                    MASKED,
                    MASKED,
                    MASKED),
            new Known(
                    "topic `__polestar_ledger`",
                    "Listings have Polestar's topic of what was lost beside those of Kafka.",
                    MASKED,
                    MASKED,
                    MASKED),
            new Known(
                    "ShareFetch, partitions without records",
                    "In a session's first answer Kafka names those that it looked at, Polestar those that it has something to say"
                            + " of.",
                    MASKED,
                    MASKED,
                    MASKED),
            known(
                    "ShareFetch, `BatchSize` below 1",
                    "Kafka's first range of acquired records is empty and ends before it begins; Polestar takes it for 1.",
                    "share-fetch-limits",
                    "batches of (0|-1)",
                    "acquiredRecords"),
            known(
                    "ShareFetch, ranges of acquired records",
                    "Where a record limit cut a batch, Kafka's next answer keeps two ranges of the same delivery count apart that"
                            + " Polestar joins.",
                    "share-fetch-limits",
                    "mode 1 next",
                    "acquiredRecords"),
            known(
                    "ShareFetch, negative `MaxBytes`",
                    "Kafka fails (UNKNOWN_SERVER_ERROR), Polestar finds nothing that is small enough.",
                    "share-fetch-limits",
                    "negative",
                    "errorCode|responses"),
            known(
                    "ShareFetch, unknown `ShareAcquireMode`",
                    "Kafka fails (UNKNOWN_SERVER_ERROR), Polestar answers INVALID_REQUEST.",
                    "share-fetch-limits",
                    "mode (2|-1)",
                    ": -1 / 42"),
            known(
                    "ShareFetch of a topic id that is unknown",
                    "Kafka fails (UNKNOWN_SERVER_ERROR) for all partitions of the session, Polestar answers UNKNOWN_TOPIC_ID for this"
                            + " one.",
                    "share-fetch-(refusals|acknowledgements|sessions)",
                    "unknown topic|no topic",
                    "acquisitionLockTimeoutMs|errorCode: -1|responses"),
            known(
                    "DescribeShareGroupOffsets and AlterShareGroupOffsets of no group, no partition, or a negative one",
                    "Kafka fails (UNKNOWN_SERVER_ERROR) for the whole group; Polestar describes what there is, and refuses to"
                            + " alter what there is not.",
                    "share-offsets-.*|random-fields",
                    "(Describe|Alter)ShareGroupOffsets",
                    "error(Code: -1|Message)|topics|responses"),
            known(
                    "Metadata, after UnregisterBroker of the only broker",
                    "Kafka's list of in-sync replicas is empty then, as it has eligible leader replicas instead.",
                    "unregister-itself",
                    "metadata",
                    "isrNodes"),
            known(
                    "ApiVersions",
                    "Kafka takes clients' metrics (keys 71 and 72) only where a plugin asks for them, Polestar shows them"
                            + " itself; it has no feature for several replicas; the number of the metadata log's entries is"
                            + " each cluster's own.",
                    "api-versions",
                    "",
                    "apiKeys\\.7[12]|eligible\\.leader\\.replicas|finalizedFeaturesEpoch"),
            known(
                    "Fetch of a follower",
                    "It is refused without a hint at the leader: there is one replica of each partition.",
                    "fetch-shapes|random-fields",
                    "replica",
                    "abortedTransactions|currentLeader"),
            known(
                    "ListOffsets of the record with the highest timestamp, after records were deleted",
                    "Kafka names an offset that is deleted.",
                    "list-offsets.*",
                    "after delete (p1 )?-3|from \\d -3",
                    "leaderEpoch|offset|timestamp"),
            known(
                    "ListOffsets by time, after records were deleted",
                    "Kafka looks into one segment, which may lie below the start, and finds nothing where there is something.",
                    "list-offsets-segments",
                    "from [1-4] \\d+",
                    ": -1 / "),
            known(
                    "AlterConfigs of the whole cluster",
                    "Kafka refuses to take `min.insync.replicas` away, which it needs there for eligible leader replicas.",
                    "alter-configs",
                    "resourceType=4, resourceName=''",
                    "\\.error(Code|Message)"),
            known(
                    "CreatePartitions beyond what a request may change",
                    "Kafka finds out late that it cannot write so many, or runs out of memory, and answers UNKNOWN_SERVER_ERROR"
                            + " where Polestar answers POLICY_VIOLATION.",
                    "random-fields|create-partitions",
                    "CreatePartitions",
                    "errorCode: -1 / 44"),
            known(
                    "a topic without name and id",
                    "Kafka fails over it (UNKNOWN_SERVER_ERROR), Polestar refuses it.",
                    "random-fields",
                    "name = null",
                    "rror"),
            known(
                    "Produce of a batch whose header contradicts its records",
                    "Kafka fails inside its validator (UNKNOWN_SERVER_ERROR) where Polestar answers INVALID_RECORD.",
                    "random-batches|produce-batches",
                    "Produce",
                    "errorCode: -1 / 87"));

    private KnownDifferences() {}

    private static Known known(String where, String reason, String scenario, String step, String field) {
        return new Known(where, reason, Pattern.compile(scenario), Pattern.compile(step), Pattern.compile(field));
    }

    /** In the order in which they are to be read. */
    public static Stream<Known> all() {
        return ALL.stream();
    }

    static boolean cover(Comparison.Difference difference) {
        return ALL.stream().anyMatch(known -> known.covers(difference));
    }
}
