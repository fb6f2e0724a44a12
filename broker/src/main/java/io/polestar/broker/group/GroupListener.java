package io.polestar.broker.group;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.requests.RequestContext;

/**
 * Told of who reads in which group and what is committed, in the order of the groups' log. Called on the coordinators' threads,
 * while a coordinator is loaded and while it works; must not block.
 */
public interface GroupListener {

    /**
     * Who asks for a commit.
     *
     * @param clientId its name for itself
     * @param origin address and principal, for people
     * @param member whether it commits for a member of the group, by its own account
     */
    record Committer(String clientId, String origin, boolean member) {
        public static Committer of(RequestContext context, boolean member) {
            String clientId = context.clientId() == null ? "" : context.clientId();
            String origin =
                    context.principal() + " at " + context.clientAddress().getHostAddress();
            return new Committer(clientId, origin, member);
        }
    }

    /** Somebody asks for a commit, which perhaps follows. Called on event loops. */
    void onCommitAsked(String group, Committer committer);

    /**
     * An offset is committed; one of a transaction, when that is committed.
     *
     * @param loaded whether that was before this coordinator began
     */
    void onCommitted(String group, TopicPartition topicPartition, long offset, boolean loaded);

    /** The group has no offset there any more: it was deleted, or is too old. */
    void onForgotten(String group, TopicPartition topicPartition);

    /** The client is a member of the group. */
    void onMember(String group, String clientId);

    /** The group itself was deleted, or changes its protocol. */
    void onGroupGone(String group);

    /** Listens to nothing. */
    GroupListener NONE = new GroupListener() {
        @Override
        public void onCommitAsked(String group, Committer committer) {}

        @Override
        public void onCommitted(String group, TopicPartition topicPartition, long offset, boolean loaded) {}

        @Override
        public void onForgotten(String group, TopicPartition topicPartition) {}

        @Override
        public void onMember(String group, String clientId) {}

        @Override
        public void onGroupGone(String group) {}
    };
}
