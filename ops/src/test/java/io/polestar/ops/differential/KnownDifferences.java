package io.polestar.ops.differential;

import java.util.List;
import java.util.regex.Pattern;

/** Where Polestar answers otherwise and is meant to: what is not built yet, and where Kafka fails by accident. */
final class KnownDifferences {
    private record Known(String reason, Pattern scenario, Pattern step, Pattern field) {
        boolean covers(Comparison.Difference difference) {
            return scenario.matcher(difference.scenario()).matches()
                    && step.matcher(difference.step()).find()
                    && difference.fields().stream()
                            .allMatch(line -> field.matcher(line).find());
        }
    }

    private static final List<Known> ALL = List.of(
            known(
                    "Kafka takes clients' metrics only where a plugin asks for them, Polestar shows them itself; a feature for"
                            + " several replicas",
                    "api-versions",
                    "",
                    "apiKeys\\.7[12]|eligible\\.leader\\.replicas|finalizedFeaturesEpoch"),
            known(
                    "a fetch of a follower is refused without a hint",
                    "fetch-shapes|random-fields",
                    "replica",
                    "abortedTransactions|currentLeader"),
            known(
                    "Kafka names an offset that is deleted",
                    "list-offsets.*",
                    "after delete (p1 )?-3|from \\d -3",
                    "leaderEpoch|offset|timestamp"),
            known(
                    "Kafka looks into one segment, which may lie below the start: it finds nothing where there is something",
                    "list-offsets-segments",
                    "from [1-4] \\d+",
                    ": -1 / "),
            known(
                    "Kafka has min.insync.replicas at cluster level for ELR",
                    "alter-configs",
                    "resourceType=4, resourceName=''",
                    "\\.error(Code|Message)"),
            known(
                    "Kafka finds out late that it cannot write so many, or runs out of memory",
                    "random-fields|create-partitions",
                    "CreatePartitions",
                    "errorCode: -1 / 44"),
            known("Kafka fails over a topic without name and id", "random-fields", "name = null", "rror"),
            known(
                    "Kafka fails inside its validator where the batch is invalid",
                    "random-batches|produce-batches",
                    "Produce",
                    "errorCode: -1 / 87"));

    private KnownDifferences() {}

    private static Known known(String reason, String scenario, String step, String field) {
        return new Known(reason, Pattern.compile(scenario), Pattern.compile(step), Pattern.compile(field));
    }

    static boolean cover(Comparison.Difference difference) {
        return ALL.stream().anyMatch(known -> known.covers(difference));
    }
}
