package io.polestar.conformance;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.clients.admin.FeatureUpdate.UpgradeType;
import org.apache.kafka.clients.admin.UpdateFeaturesOptions;
import org.apache.kafka.common.test.ClusterInstance;
import org.apache.kafka.server.common.Feature;

/** Sets the versions of a cluster's features, which a new one has at their newest. Used by the test's thread. */
final class FinalizedFeatures {
    private final ClusterInstance cluster;

    FinalizedFeatures(ClusterInstance cluster) {
        this.cluster = cluster;
    }

    void set(Map<Feature, Short> features) {
        try (Admin admin = cluster.admin()) {
            var now = admin.describeFeatures().featureMetadata().get().finalizedFeatures();
            Map<String, FeatureUpdate> updates = new HashMap<>();
            features.forEach((feature, version) -> {
                var finalized = now.get(feature.featureName());
                short level = finalized == null ? 0 : finalized.maxVersionLevel();
                if (level != version) {
                    UpgradeType way = version < level ? UpgradeType.SAFE_DOWNGRADE : UpgradeType.UPGRADE;
                    updates.put(feature.featureName(), new FeatureUpdate(version, way));
                }
            });
            if (!updates.isEmpty()) {
                admin.updateFeatures(updates, new UpdateFeaturesOptions()).all().get();
            }
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }
}
