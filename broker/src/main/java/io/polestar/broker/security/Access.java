package io.polestar.broker.security;

import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.security.authorizer.AclEntry;

/** Answers who may do what; every handler asks it. Called on any thread, never blocks. */
public interface Access {

    /** Nobody is refused: the broker has no authorizer configured. */
    Access EVERYONE = (context, operation, type, name) -> true;

    /** The name of the one cluster resource. */
    String CLUSTER_NAME = "kafka-cluster";

    boolean allowed(RequestContext context, AclOperation operation, ResourceType type, String name);

    /** Whether the operation is allowed on at least one resource of the type. */
    default boolean allowedOnAny(RequestContext context, AclOperation operation, ResourceType type) {
        return allowed(context, operation, type, "*");
    }

    default boolean allowedOnCluster(RequestContext context, AclOperation operation) {
        return allowed(context, operation, ResourceType.CLUSTER, CLUSTER_NAME);
    }

    /** @throws ClusterAuthorizationException if the operation on the cluster is not allowed */
    default void requireOnCluster(RequestContext context, AclOperation operation) {
        if (!allowedOnCluster(context, operation)) {
            throw new ClusterAuthorizationException("Request is not authorized");
        }
    }

    /** @throws GroupAuthorizationException if the operation on the group is not allowed */
    default void requireOnGroup(RequestContext context, AclOperation operation, String groupId) {
        if (!allowed(context, operation, ResourceType.GROUP, groupId)) {
            throw GroupAuthorizationException.forGroupId(groupId);
        }
    }

    /** @throws TransactionalIdAuthorizationException if the operation on the transactional id is not allowed */
    default void requireOnTransactionalId(RequestContext context, AclOperation operation, String id) {
        if (!allowed(context, operation, ResourceType.TRANSACTIONAL_ID, id)) {
            throw new TransactionalIdAuthorizationException("Not authorized to use transactional id " + id);
        }
    }

    /** The names, of those of the items, on which the operation is allowed. */
    default <T> Set<String> allowedNames(
            RequestContext context,
            AclOperation operation,
            ResourceType type,
            Collection<T> items,
            Function<T, String> name) {
        return items.stream()
                .map(name)
                .distinct()
                .filter(n -> allowed(context, operation, type, n))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The bit field of the allowed operations on a resource, as Metadata and the describe APIs report it. */
    default int allowedOperations(RequestContext context, ResourceType type, String name) {
        Set<Byte> codes = AclEntry.supportedOperations(type).stream()
                .filter(operation -> allowed(context, operation, type, name))
                .map(AclOperation::code)
                .collect(Collectors.toSet());
        return Utils.to32BitField(codes);
    }
}
