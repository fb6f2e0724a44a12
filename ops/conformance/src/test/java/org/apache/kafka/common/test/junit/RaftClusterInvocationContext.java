package org.apache.kafka.common.test.junit;

import io.polestar.conformance.PolestarCluster;
import java.util.List;
import org.apache.kafka.common.test.api.ClusterConfig;
import org.apache.kafka.common.test.api.Type;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;

/**
 * One run of a test of Kafka's against a Polestar of its own. It stands in for Kafka's class of this name, which its {@code
 * ClusterTestExtensions} makes of the annotations of a test.
 */
public final class RaftClusterInvocationContext implements TestTemplateInvocationContext {
    static {
        // What a first broker starts for the life of the JVM would count as the test's.
        PolestarCluster.warmUp();
    }

    private final String name;
    private final ClusterConfig config;
    private final boolean combined;

    /** As Kafka's. */
    public RaftClusterInvocationContext(String name, ClusterConfig config, boolean combined) {
        this.name = name;
        this.config = config;
        this.combined = combined;
    }

    @Override
    public String getDisplayName(int invocationIndex) {
        return name + " [" + invocationIndex + "]";
    }

    @Override
    public List<Extension> getAdditionalExtensions() {
        PolestarCluster cluster = new PolestarCluster(config, combined ? Type.CO_KRAFT : Type.KRAFT);
        return List.of(
                (ExecutionCondition) context -> once(),
                (BeforeEachCallback) context -> {
                    if (config.isAutoStart()) {
                        cluster.start();
                    }
                },
                (AfterTestExecutionCallback) context -> cluster.stop(),
                new ClusterInstanceParameterResolver(cluster));
    }

    private ConditionEvaluationResult once() {
        return combined && config.clusterTypes().contains(Type.KRAFT)
                ? ConditionEvaluationResult.disabled("with Polestar no other than the run before")
                : ConditionEvaluationResult.enabled("one of each test");
    }
}
