package io.polestar.broker.share;

import java.util.List;
import org.apache.kafka.common.TopicIdPartition;

/**
 * What a ShareFetch asks for.
 *
 * @param strict never more than maxRecords; otherwise whole record batches
 * @param batchSize records after which the answer begins a new range
 * @param partitions that the member may read, in the order in which they are read
 */
public record ShareFetchQuery(
        String groupId,
        String member,
        boolean strict,
        int batchSize,
        int maxRecords,
        int minBytes,
        int maxBytes,
        int maxWaitMs,
        List<TopicIdPartition> partitions) {}
