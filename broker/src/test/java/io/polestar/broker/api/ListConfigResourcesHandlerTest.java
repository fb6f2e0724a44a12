package io.polestar.broker.api;

import static io.polestar.broker.api.ApiFixture.error;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.polestar.broker.security.Access;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.GetTelemetrySubscriptionsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.ListConfigResourcesRequestData;
import org.apache.kafka.common.message.PushTelemetryRequestData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.GetTelemetrySubscriptionsRequest;
import org.apache.kafka.common.requests.GetTelemetrySubscriptionsResponse;
import org.apache.kafka.common.requests.IncrementalAlterConfigsRequest;
import org.apache.kafka.common.requests.IncrementalAlterConfigsResponse;
import org.apache.kafka.common.requests.ListConfigResourcesRequest;
import org.apache.kafka.common.requests.ListConfigResourcesResponse;
import org.apache.kafka.common.requests.PushTelemetryRequest;
import org.apache.kafka.common.requests.PushTelemetryResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** ListConfigResources, and the metrics subscriptions that it lists: GetTelemetrySubscriptions, PushTelemetry. */
@Timeout(60)
class ListConfigResourcesHandlerTest {
    private static ApiFixture apis;

    @BeforeAll
    static void start(@TempDir Path directory) {
        apis = new ApiFixture(directory, Map.of());
        Topics.exists(apis, "weather", 1);
        configure(ConfigResource.Type.CLIENT_METRICS, "connections", "metrics", "org.apache.kafka.consumer.");
        configure(ConfigResource.Type.GROUP, "readers", "consumer.session.timeout.ms", "46000");
    }

    @AfterAll
    static void stop() {
        apis.close();
    }

    @Test
    void shouldListAllTypesWhenNoneIsGiven() {
        TreeSet<String> names = new TreeSet<>();
        list((short) 1)
                .data()
                .configResources()
                .forEach(resource ->
                        names.add(ConfigResource.Type.forId(resource.resourceType()) + " " + resource.resourceName()));

        assertEquals(
                new TreeSet<>(List.of(
                        "BROKER 1", "BROKER_LOGGER 1", "CLIENT_METRICS connections", "GROUP readers", "TOPIC weather")),
                names);
    }

    @Test
    void shouldListSubscriptionsOnlyInVersion0() {
        assertEquals(
                1,
                list((short) 0, ConfigResource.Type.CLIENT_METRICS.id())
                        .data()
                        .configResources()
                        .size());
    }

    @Test
    void shouldRefuseATypeThatDoesNotExist() {
        assertEquals(
                Errors.UNSUPPORTED_VERSION,
                error(list((short) 1, (byte) 99).data().errorCode()));
    }

    @Test
    void shouldRefuseClientsThatMayNotDescribe() {
        Access nobody = (context, operation, type, name) -> false;

        ListConfigResourcesResponse answer = apis.call(
                new ListConfigResourcesRequest.Builder(new ListConfigResourcesRequestData()).build((short) 1), nobody);

        assertEquals(Errors.CLUSTER_AUTHORIZATION_FAILED, error(answer.data().errorCode()));
    }

    @Test
    void shouldTellTheSubscriptionAndTakeWhatIsPushedForIt() {
        GetTelemetrySubscriptionsResponse told = apis.call(new GetTelemetrySubscriptionsRequest.Builder(
                        new GetTelemetrySubscriptionsRequestData().setClientInstanceId(Uuid.ZERO_UUID), true)
                .build());

        assertEquals(Errors.NONE, error(told.data().errorCode()));
        assertEquals(List.of("org.apache.kafka.consumer."), told.data().requestedMetrics());
        assertNotEquals(Uuid.ZERO_UUID, told.data().clientInstanceId());

        PushTelemetryResponse pushed = apis.call(push(told));
        assertEquals(Errors.NONE, error(pushed.data().errorCode()));
    }

    @Test
    void shouldRefuseAPushOfNobody() {
        PushTelemetryResponse answer =
                apis.call(new PushTelemetryRequest.Builder(new PushTelemetryRequestData(), true).build());

        assertEquals(Errors.INVALID_REQUEST, error(answer.data().errorCode()));
        assertFalse(answer.data().errorCode() == 0);
    }

    private static PushTelemetryRequest push(GetTelemetrySubscriptionsResponse told) {
        return new PushTelemetryRequest.Builder(
                        new PushTelemetryRequestData()
                                .setClientInstanceId(told.data().clientInstanceId())
                                .setSubscriptionId(told.data().subscriptionId()),
                        true)
                .build();
    }

    private static void configure(ConfigResource.Type type, String name, String key, String value) {
        AlterConfigsResource resource =
                new AlterConfigsResource().setResourceType(type.id()).setResourceName(name);
        resource.configs()
                .add(new AlterableConfig()
                        .setName(key)
                        .setConfigOperation(OpType.SET.id())
                        .setValue(value));
        IncrementalAlterConfigsRequestData data = new IncrementalAlterConfigsRequestData();
        data.resources().add(resource);
        IncrementalAlterConfigsResponse answer = apis.call(new IncrementalAlterConfigsRequest(data, (short) 1));
        assertEquals(Errors.NONE, error(answer.data().responses().get(0).errorCode()));
    }

    private static ListConfigResourcesResponse list(short version, Byte... types) {
        return apis.call(new ListConfigResourcesRequest.Builder(
                        new ListConfigResourcesRequestData().setResourceTypes(List.of(types)))
                .build(version));
    }
}
