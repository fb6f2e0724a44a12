package io.polestar.broker.share;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.InvalidShareSessionEpochException;
import org.apache.kafka.common.errors.ShareSessionLimitReachedException;
import org.apache.kafka.common.errors.ShareSessionNotFoundException;
import org.apache.kafka.common.requests.ShareRequestMetadata;
import org.apache.kafka.common.utils.ImplicitLinkedHashCollection;
import org.apache.kafka.server.share.CachedSharePartition;
import org.apache.kafka.server.share.ShareGroupListener;
import org.apache.kafka.server.share.context.FinalContext;
import org.apache.kafka.server.share.context.ShareFetchContext;
import org.apache.kafka.server.share.context.ShareSessionContext;
import org.apache.kafka.server.share.session.ShareSession;
import org.apache.kafka.server.share.session.ShareSessionCache;
import org.apache.kafka.server.share.session.ShareSessionKey;

/**
 * Which partitions each member fetches, so that a request names only what has changed. A session ends with its connection,
 * and what the member held is available again. Guarded by the monitor of Kafka's cache.
 */
public final class ShareSessions {
    private final ShareSessionCache cache;
    private final SharePartitions partitions;

    public ShareSessions(SharePartitions partitions) {
        this.cache = new ShareSessionCache(partitions.settings().maxSessions());
        this.partitions = partitions;
        cache.registerShareGroupListener(new Departures());
    }

    private final class Departures implements ShareGroupListener {
        @Override
        public void onMemberLeave(String groupId, String memberId) {
            partitions.release(groupId, memberId, partitionsOf(new ShareSessionKey(groupId, memberId)));
        }

        @Override
        public void onGroupEmpty(String groupId) {
            partitions.forget(groupId);
        }
    }

    /** What one request says of its member's session. */
    public record Request(
            String groupId,
            String member,
            int epoch,
            List<TopicIdPartition> added,
            List<TopicIdPartition> forgotten,
            boolean acknowledges,
            String connectionId) {
        ShareSessionKey key() {
            return new ShareSessionKey(groupId, member);
        }
    }

    /**
     * The session that a fetch belongs to, moved on by it.
     *
     * @throws ShareSessionNotFoundException if there is none
     * @throws InvalidShareSessionEpochException if the request is not the session's next
     * @throws ShareSessionLimitReachedException if there are too many
     * @throws InvalidRequestException if acknowledgements come with the first request
     */
    public ShareFetchContext fetch(Request request) {
        if (request.epoch() == ShareRequestMetadata.FINAL_EPOCH) {
            requireSession(request.key());
            return new FinalContext();
        }
        return request.epoch() == ShareRequestMetadata.INITIAL_EPOCH ? begin(request) : goOn(request);
    }

    private ShareFetchContext begin(Request request) {
        if (request.acknowledges()) {
            throw new InvalidRequestException("The first request of a session cannot acknowledge");
        }
        ImplicitLinkedHashCollection<CachedSharePartition> wanted =
                new ImplicitLinkedHashCollection<>(request.added().size());
        request.added().forEach(partition -> wanted.mustAdd(new CachedSharePartition(partition, false)));
        cache.remove(request.key());
        if (cache.maybeCreateSession(request.groupId(), request.member(), wanted, request.connectionId()) == null) {
            throw new ShareSessionLimitReachedException("There are too many share sessions");
        }
        return new ShareSessionContext(request.epoch(), request.added());
    }

    private ShareFetchContext goOn(Request request) {
        synchronized (cache) {
            ShareSession session = next(request.key(), request.epoch());
            session.update(request.added(), request.forgotten());
            cache.updateNumPartitions(session);
            session.epoch = ShareRequestMetadata.nextEpoch(session.epoch);
            return new ShareSessionContext(request.epoch(), session);
        }
    }

    /** Moves a session on by a request that only acknowledges; fails as {@link #fetch} does. */
    public void acknowledge(String groupId, String member, int epoch) {
        ShareSessionKey key = new ShareSessionKey(groupId, member);
        if (epoch == ShareRequestMetadata.INITIAL_EPOCH) {
            throw new InvalidShareSessionEpochException("A session does not begin with an acknowledgement");
        }
        synchronized (cache) {
            if (epoch == ShareRequestMetadata.FINAL_EPOCH) {
                requireSession(key);
            } else {
                ShareSession session = next(key, epoch);
                session.epoch = ShareRequestMetadata.nextEpoch(session.epoch);
            }
        }
    }

    private ShareSession next(ShareSessionKey key, int epoch) {
        ShareSession session = requireSession(key);
        if (session.epoch != epoch) {
            throw new InvalidShareSessionEpochException("The session expects epoch " + session.epoch);
        }
        return session;
    }

    private ShareSession requireSession(ShareSessionKey key) {
        ShareSession session = cache.get(key);
        if (session == null) {
            throw new ShareSessionNotFoundException("There is no such share session");
        }
        return session;
    }

    /** The member leaves: what it holds is available again. */
    public void end(String groupId, String member) {
        ShareSessionKey key = new ShareSessionKey(groupId, member);
        List<TopicIdPartition> left = partitionsOf(key);
        cache.remove(key);
        partitions.release(groupId, member, left);
    }

    private List<TopicIdPartition> partitionsOf(ShareSessionKey key) {
        ShareSession session = cache.get(key);
        List<TopicIdPartition> all = new ArrayList<>();
        if (session != null) {
            synchronized (session) {
                session.partitionMap()
                        .forEach(each -> all.add(new TopicIdPartition(each.topicId(), each.partition(), each.topic())));
            }
        }
        return all;
    }

    public void onConnectionClosed(String connectionId) {
        cache.connectionDisconnectListener().onDisconnect(connectionId);
    }
}
