package io.polestar.broker.controller;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.feature.Features;
import org.apache.kafka.common.feature.SupportedVersionRange;
import org.apache.kafka.controller.QuorumFeatures;
import org.apache.kafka.metadata.VersionRange;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.GroupVersion;
import org.apache.kafka.server.common.KRaftVersion;
import org.apache.kafka.server.common.MetadataVersion;
import org.apache.kafka.server.common.ShareVersion;
import org.apache.kafka.server.common.StreamsVersion;
import org.apache.kafka.server.common.TransactionVersion;

/** The cluster features this broker implements: what it registers with, what a new cluster is formatted with. */
public final class ClusterFeatures {

    /** Features of Kafka that are implemented here besides {@code metadata.version} and {@code kraft.version}. */
    private static final Map<String, Short> IMPLEMENTED = Map.of(
            GroupVersion.FEATURE_NAME, GroupVersion.LATEST_PRODUCTION.featureLevel(),
            TransactionVersion.FEATURE_NAME, TransactionVersion.LATEST_PRODUCTION.featureLevel(),
            ShareVersion.FEATURE_NAME, ShareVersion.LATEST_PRODUCTION.featureLevel(),
            StreamsVersion.FEATURE_NAME, StreamsVersion.LATEST_PRODUCTION.featureLevel());

    private ClusterFeatures() {}

    /** The level that a newly formatted cluster gives each feature of Kafka but {@code metadata.version}. */
    static Map<String, Short> initialLevels() {
        Map<String, Short> levels = new HashMap<>();
        for (Feature feature : Feature.PRODUCTION_FEATURES) {
            levels.put(feature.featureName(), IMPLEMENTED.getOrDefault(feature.featureName(), (short) 0));
        }
        levels.put(KRaftVersion.FEATURE_NAME, KRaftVersion.LATEST_PRODUCTION.featureLevel());
        return levels;
    }

    /** The range of levels supported, by feature. */
    public static Map<String, VersionRange> supported() {
        Map<String, VersionRange> ranges = new HashMap<>();
        ranges.put(
                MetadataVersion.FEATURE_NAME,
                VersionRange.of(
                        MetadataVersion.MINIMUM_VERSION.featureLevel(),
                        MetadataVersion.latestProduction().featureLevel()));
        ranges.put(
                KRaftVersion.FEATURE_NAME, VersionRange.of((short) 0, KRaftVersion.LATEST_PRODUCTION.featureLevel()));
        IMPLEMENTED.forEach((name, level) -> ranges.put(name, VersionRange.of((short) 0, level)));
        return ranges;
    }

    /** The same in the form that ApiVersions answers. */
    public static Features<SupportedVersionRange> supportedOnTheWire() {
        Map<String, SupportedVersionRange> ranges = new HashMap<>();
        supported().forEach((name, range) -> ranges.put(name, new SupportedVersionRange(range.min(), range.max())));
        return Features.supportedFeatures(ranges);
    }

    static QuorumFeatures ofQuorum(int nodeId) {
        return new QuorumFeatures(nodeId, supported(), List.of(nodeId));
    }
}
