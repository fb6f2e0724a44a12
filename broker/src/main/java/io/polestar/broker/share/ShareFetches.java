package io.polestar.broker.share;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.message.ShareFetchResponseData.PartitionData;

/** Fetches of share groups, those that wait as well. Safe for use from any thread; never blocks. */
public final class ShareFetches {
    private final SharePartitions partitions;
    private final Set<ShareFetchWait> waiting = ConcurrentHashMap.newKeySet();

    public ShareFetches(SharePartitions partitions) {
        this.partitions = partitions;
    }

    /**
     * Gives records to a member, when there are some or its time is over.
     *
     * @return what it got, and which partitions failed; the records are to be released
     */
    public CompletableFuture<Map<TopicIdPartition, PartitionData>> fetch(ShareFetchQuery query, String connectionId) {
        return new ShareFetchWait(query, partitions, waiting).begin(connectionId);
    }

    /** Gives back the records of an answer that cannot be sent. */
    public static void discard(Map<TopicIdPartition, PartitionData> found) {
        ShareFetchWait.discard(found);
    }

    /** As {@link #discard}, where the member may ask again: it is given the records then, as if for the first time. */
    public void takeBack(String groupId, String member, Map<TopicIdPartition, PartitionData> found) {
        discard(found);
        partitions.undeliver(groupId, member, found);
    }

    /** Gives up what a connection that is gone still waits for. */
    public void onConnectionClosed(String connectionId) {
        waiting.forEach(fetch -> fetch.cancelIfOf(connectionId));
    }
}
