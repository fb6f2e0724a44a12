package io.polestar.protocol;

import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ShareFetchResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.record.internal.BaseRecords;

/** Finds the log memory that a response holds. */
public final class HeldRecords {
    private HeldRecords() {}

    /** Gives up the response's reference on every {@link MappedRecords} in it. Called once, instead of or after sending it. */
    public static void release(ApiMessage response) {
        if (response instanceof FetchResponseData) {
            releaseFetch((FetchResponseData) response);
        } else if (response instanceof ShareFetchResponseData) {
            releaseShareFetch((ShareFetchResponseData) response);
        }
    }

    private static void releaseFetch(FetchResponseData response) {
        for (FetchResponseData.FetchableTopicResponse topic : response.responses()) {
            for (FetchResponseData.PartitionData partition : topic.partitions()) {
                release(partition.records());
            }
        }
    }

    private static void releaseShareFetch(ShareFetchResponseData response) {
        for (ShareFetchResponseData.ShareFetchableTopicResponse topic : response.responses()) {
            for (ShareFetchResponseData.PartitionData partition : topic.partitions()) {
                release(partition.records());
            }
        }
    }

    private static void release(BaseRecords records) {
        if (records instanceof MappedRecords) {
            ((MappedRecords) records).release();
        }
    }
}
