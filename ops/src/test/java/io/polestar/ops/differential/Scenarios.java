package io.polestar.ops.differential;

import java.util.List;
import java.util.stream.Stream;

/** All that is said to both brokers, in the order in which it is said. */
final class Scenarios {
    private Scenarios() {}

    /** @param times how often what is made at random is made */
    static List<Scenario> all(long seed, int times) {
        return Stream.of(
                        MetadataScenarios.all(),
                        ProduceScenarios.all(),
                        IdempotenceScenarios.all(),
                        FetchScenarios.all(),
                        OffsetScenarios.all(),
                        GroupScenarios.all(),
                        OffsetCommitScenarios.all(),
                        ConsumerGroupScenarios.all(),
                        ShareGroupScenarios.all(),
                        ShareFetchScenarios.all(),
                        ShareAcknowledgeScenarios.all(),
                        ShareOffsetScenarios.all(),
                        ShareStateScenarios.all(),
                        StreamsGroupScenarios.all(),
                        TopicScenarios.all(),
                        ConfigScenarios.all(),
                        ClusterScenarios.all(),
                        AdminScenarios.all(),
                        BrokerConfigScenarios.all(),
                        TransactionScenarios.all(),
                        OtherScenarios.all(seed),
                        RandomScenarios.all(seed, times),
                        UnregisterScenarios.all())
                .flatMap(List::stream)
                .toList();
    }
}
