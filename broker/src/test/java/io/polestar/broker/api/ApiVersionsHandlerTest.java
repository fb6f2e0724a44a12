package io.polestar.broker.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.feature.Features;
import org.apache.kafka.common.feature.SupportedVersionRange;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.network.ClientInformation;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ApiVersionsRequest;
import org.apache.kafka.common.requests.ApiVersionsResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.server.common.FinalizedFeatures;
import org.apache.kafka.server.common.MetadataVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ApiVersionsHandlerTest {
    private final List<ApiHandler<?>> handlers = new ArrayList<>();
    private final ApiVersionsHandler handler = new ApiVersionsHandler(
            () -> handlers,
            () -> Features.supportedFeatures(Map.of(
                    "from.zero", new SupportedVersionRange((short) 0, (short) 2),
                    "from.one", new SupportedVersionRange((short) 1, (short) 3))),
            () -> new FinalizedFeatures(MetadataVersion.LATEST_PRODUCTION, Map.of("from.one", (short) 2), 42));

    private record OtherHandler(ApiKeys apiKey) implements ApiHandler<AbstractRequest> {
        @Override
        public CompletableFuture<? extends AbstractResponse> handle(RequestContext context, AbstractRequest request) {
            throw new UnsupportedOperationException();
        }
    }

    @ParameterizedTest
    @ValueSource(shorts = {0, 1, 2, 3, 4})
    void shouldTellTheHandlersRangesInEveryVersion(short version) throws Exception {
        handlers.add(handler);
        handlers.add(new OtherHandler(ApiKeys.METADATA));
        ApiVersionsResponse response = answer(valid(), version);
        assertEquals(Errors.NONE.code(), response.data().errorCode());
        assertEquals(2, response.data().apiKeys().size());
        ApiVersion metadata = response.apiVersion(ApiKeys.METADATA.id);
        assertEquals(ApiKeys.METADATA.oldestVersion(), metadata.minVersion());
        assertEquals(ApiKeys.METADATA.latestVersion(false), metadata.maxVersion());
    }

    @Test
    void shouldLeaveOutUnstableVersions() throws Exception {
        handlers.add(new OtherHandler(ApiKeys.INIT_PRODUCER_ID));
        ApiVersion told = answer(valid(), (short) 4).apiVersion(ApiKeys.INIT_PRODUCER_ID.id);
        assertEquals(ApiKeys.INIT_PRODUCER_ID.latestVersion(false), told.maxVersion());
    }

    @Test
    void shouldTellProduceFromVersionZeroForLibrdkafka() throws Exception {
        handlers.add(new OtherHandler(ApiKeys.PRODUCE));
        assertEquals(
                0, answer(valid(), (short) 4).apiVersion(ApiKeys.PRODUCE.id).minVersion());
    }

    @Test
    void shouldTellFeaturesAndTheirEpoch() throws Exception {
        ApiVersionsResponse response = answer(valid(), (short) 4);
        assertNotNull(response.data().supportedFeatures().find("from.zero"));
        assertEquals(2, response.data().finalizedFeatures().find("from.one").maxVersionLevel());
        assertEquals(42, response.data().finalizedFeaturesEpoch());
    }

    @Test
    void shouldLeaveOutFeaturesFromLevelZeroBeforeVersionFour() throws Exception {
        ApiVersionsResponse response = answer(valid(), (short) 3);
        assertNull(response.data().supportedFeatures().find("from.zero"));
        assertNotNull(response.data().supportedFeatures().find("from.one"));
    }

    @Test
    void shouldAnswerVersionZeroWithItsRangeWhenTheVersionIsTooNew() throws Exception {
        ApiVersionsResponse response = answer(valid(), (short) 77);
        assertEquals(Errors.UNSUPPORTED_VERSION.code(), response.data().errorCode());
        assertEquals(
                ApiKeys.API_VERSIONS.latestVersion(),
                response.apiVersion(ApiKeys.API_VERSIONS.id).maxVersion());
    }

    @ParameterizedTest
    @CsvSource({"-bad,1.0", "good,1.0-", "'',1.0", "good,''", "b d,1.0"})
    void shouldRefuseIllegalSoftwareNames(String name, String version) throws Exception {
        ApiVersionsRequestData data =
                new ApiVersionsRequestData().setClientSoftwareName(name).setClientSoftwareVersion(version);
        assertEquals(
                Errors.INVALID_REQUEST.code(), answer(data, (short) 3).data().errorCode());
    }

    private static ApiVersionsRequestData valid() {
        return new ApiVersionsRequestData().setClientSoftwareName("test").setClientSoftwareVersion("1.0");
    }

    /** Through the parser, as the network does, and back through the client's. */
    private ApiVersionsResponse answer(ApiVersionsRequestData data, short version) throws Exception {
        RequestHeader header = new RequestHeader(ApiKeys.API_VERSIONS, version, "client", 1);
        RequestContext context = new RequestContext(
                header,
                "id",
                InetAddress.getLoopbackAddress(),
                KafkaPrincipal.ANONYMOUS,
                new ListenerName("PLAINTEXT"),
                SecurityProtocol.PLAINTEXT,
                ClientInformation.EMPTY,
                false);
        ByteBuffer body = ApiKeys.API_VERSIONS.isVersionSupported(version)
                ? new ApiVersionsRequest(data, version).serialize().buffer()
                : ByteBuffer.allocate(0);
        ApiVersionsRequest request = (ApiVersionsRequest) context.parseRequest(body).request;
        ApiVersionsResponse response =
                (ApiVersionsResponse) handler.handle(context, request).get();
        return ApiVersionsResponse.parse(
                MessageUtil.toByteBufferAccessor(response.data(), context.apiVersion()), context.apiVersion());
    }
}
