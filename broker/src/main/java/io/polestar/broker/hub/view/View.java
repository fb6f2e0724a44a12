package io.polestar.broker.hub.view;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Utils;

/** A view and those of its partitions that are online. The metadata loader's, but for what it says of being volatile. */
final class View {
    private final String name;
    private final Uuid topicId;
    private final ViewDefinition definition;
    private final int partitionCount;
    private final SortedMap<Integer, ViewPartition> partitions = new TreeMap<>();
    private volatile boolean sourceHeaders;

    View(String name, Uuid topicId, ViewDefinition definition, int partitionCount) {
        this.name = name;
        this.topicId = topicId;
        this.definition = definition;
        this.partitionCount = partitionCount;
        this.sourceHeaders = definition.sourceHeaders();
    }

    String name() {
        return name;
    }

    Uuid topicId() {
        return topicId;
    }

    ViewDefinition definition() {
        return definition;
    }

    /** Asked by readers too. */
    boolean sourceHeaders() {
        return sourceHeaders;
    }

    /** The only thing of a view that may be changed. */
    void setSourceHeaders(boolean on) {
        sourceHeaders = on;
    }

    void add(int index, ViewPartition partition) {
        partitions.put(index, partition);
    }

    List<ViewPartition> partitions() {
        return List.copyOf(partitions.values());
    }

    int partitionCount() {
        return partitionCount;
    }

    /** The partition that shows a source, always the same one, so that the source's order holds; null if it is offline. */
    ViewPartition partitionFor(TopicPartition source) {
        byte[] key = Utils.utf8(source.toString());
        return partitions.get(Utils.toPositive(Utils.murmur2(key)) % partitionCount);
    }
}
