package io.polestar.broker.api;

import io.polestar.broker.security.Access;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.admin.EndpointType;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.DescribeClusterResponseData.DescribeClusterBroker;
import org.apache.kafka.common.message.DescribeClusterResponseData.DescribeClusterBrokerCollection;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeClusterRequest;
import org.apache.kafka.common.requests.DescribeClusterResponse;
import org.apache.kafka.common.requests.MetadataResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.metadata.MetadataCache;

/** The brokers and the cluster's id. v1 adds the endpoint type, which here is always that of brokers; v2 fenced brokers. */
final class DescribeClusterHandler implements ApiHandler<DescribeClusterRequest> {
    private final String clusterId;
    private final MetadataCache cache;
    private final Access access;

    DescribeClusterHandler(String clusterId, MetadataCache cache, Access access) {
        this.clusterId = clusterId;
        this.cache = cache;
        this.access = access;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.DESCRIBE_CLUSTER;
    }

    @Override
    public CompletableFuture<DescribeClusterResponse> handle(RequestContext context, DescribeClusterRequest request) {
        EndpointType wanted = EndpointType.fromId(request.data().endpointType());
        DescribeClusterResponseData answer =
                wanted == EndpointType.BROKER ? describe(context, request.data()) : refuse(wanted, request);
        return CompletableFuture.completedFuture(new DescribeClusterResponse(answer));
    }

    private static DescribeClusterResponseData refuse(EndpointType wanted, DescribeClusterRequest request) {
        if (wanted == EndpointType.UNKNOWN) {
            return refusal(
                    request,
                    Errors.UNSUPPORTED_ENDPOINT_TYPE,
                    "Unsupported endpoint type " + request.data().endpointType());
        }
        return refusal(
                request,
                Errors.MISMATCHED_ENDPOINT_TYPE,
                "The request was sent to an endpoint of type " + EndpointType.BROKER
                        + ", but we wanted an endpoint of type " + wanted);
    }

    private static DescribeClusterResponseData refusal(DescribeClusterRequest request, Errors error, String message) {
        return new DescribeClusterResponseData()
                .setErrorCode(request.version() == 0 ? Errors.INVALID_REQUEST.code() : error.code())
                .setErrorMessage(message);
    }

    private DescribeClusterResponseData describe(RequestContext context, DescribeClusterRequestData request) {
        DescribeClusterBrokerCollection brokers = new DescribeClusterBrokerCollection();
        for (Node node : cache.getBrokerNodes(context.listenerName)) {
            if (!node.isFenced() || request.includeFencedBrokers()) {
                brokers.add(broker(node));
            }
        }
        int controller = cache.getRandomAliveBrokerId().orElse(MetadataResponse.NO_CONTROLLER_ID);
        return new DescribeClusterResponseData()
                .setClusterId(clusterId)
                .setControllerId(brokers.find(controller) == null ? MetadataResponse.NO_CONTROLLER_ID : controller)
                .setClusterAuthorizedOperations(operations(context, request))
                .setBrokers(brokers)
                .setEndpointType(EndpointType.BROKER.id());
    }

    private int operations(RequestContext context, DescribeClusterRequestData request) {
        if (!request.includeClusterAuthorizedOperations()) {
            return MetadataResponse.AUTHORIZED_OPERATIONS_OMITTED;
        }
        return access.allowedOnCluster(context, AclOperation.DESCRIBE)
                ? access.allowedOperations(context, ResourceType.CLUSTER, Access.CLUSTER_NAME)
                : 0;
    }

    private static DescribeClusterBroker broker(Node node) {
        return new DescribeClusterBroker()
                .setBrokerId(node.id())
                .setHost(node.host())
                .setPort(node.port())
                .setRack(node.rack())
                .setIsFenced(node.isFenced());
    }
}
