package io.polestar.broker.api;

import static io.polestar.broker.api.ApiFixture.error;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.broker.security.Access;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeConfigsRequest;
import org.apache.kafka.common.requests.DescribeConfigsResponse;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DescribeConfigsHandlerTest {
    private static ApiFixture apis;

    @BeforeAll
    static void start(@TempDir Path directory) {
        apis = new ApiFixture(
                directory,
                Map.of("log.segment.bytes", 5_000_000, "ssl.keystore.password", "secret", "num.partitions", 2));
        apis.call(Topics.create(Topics.topic("weather", 1, Map.of("retention.ms", "60000"))));
    }

    @AfterAll
    static void stop() {
        apis.close();
    }

    @Test
    void shouldDescribeATopicInEveryVersion() {
        for (short version : ApiKeys.DESCRIBE_CONFIGS.allVersions()) {
            DescribeConfigsResult topic = describe(version, ConfigResource.Type.TOPIC, "weather");

            assertEquals(Errors.NONE, error(topic.errorCode()));
            assertEquals("60000", entry(topic, "retention.ms").value());
            assertEquals("5000000", entry(topic, "segment.bytes").value());
            assertEquals("delete", entry(topic, "cleanup.policy").value());
            assertEquals(
                    ConfigSource.TOPIC_CONFIG.id(), entry(topic, "retention.ms").configSource());
        }
    }

    @Test
    void shouldTellSynonymsTypesAndDocumentation() {
        DescribeConfigsResult topic = describe((short) 4, ConfigResource.Type.TOPIC, "weather");

        DescribeConfigsResourceResult segment = entry(topic, "segment.bytes");
        assertEquals(ConfigSource.STATIC_BROKER_CONFIG.id(), segment.configSource());
        assertEquals(
                List.of("log.segment.bytes", "log.segment.bytes"),
                segment.synonyms().stream().map(synonym -> synonym.name()).toList());
        assertEquals(
                List.of("5000000", "1073741824"),
                segment.synonyms().stream().map(synonym -> synonym.value()).toList());
        assertEquals(ConfigType.INT.id(), segment.configType());
        assertTrue(segment.documentation().contains("segment"));
        assertEquals(
                "retention.ms", entry(topic, "retention.ms").synonyms().get(0).name());
        assertTrue(entry(topic, "flush.ms").synonyms().isEmpty(), "a default of null is no synonym");
        assertFalse(segment.readOnly());
    }

    @Test
    void shouldDescribeOnlyWhatWasAskedFor() {
        DescribeConfigsResource resource = resource(ConfigResource.Type.TOPIC, "weather");
        resource.setConfigurationKeys(List.of("retention.ms", "no.such"));

        DescribeConfigsResult topic = describe((short) 4, resource, Access.EVERYONE);

        assertEquals(1, topic.configs().size());
        assertTrue(topic.configs().get(0).synonyms().isEmpty());
        assertNull(topic.configs().get(0).documentation());
    }

    @Test
    void shouldDescribeThisBrokerWithoutSecrets() {
        DescribeConfigsResult broker = describe((short) 4, ConfigResource.Type.BROKER, "1");

        assertEquals("2", entry(broker, "num.partitions").value());
        assertEquals(
                ConfigSource.STATIC_BROKER_CONFIG.id(),
                entry(broker, "num.partitions").configSource());
        assertTrue(entry(broker, "num.partitions").readOnly());
        DescribeConfigsResourceResult password = entry(broker, "ssl.keystore.password");
        assertTrue(password.isSensitive());
        assertNull(password.value());
        password.synonyms().forEach(synonym -> assertNull(synonym.value()));
        assertFalse(entry(broker, "log.retention.ms").readOnly());
        assertNotNull(entry(broker, "polestar.http.listen").documentation());
    }

    @Test
    void shouldDescribeGroupsAndSubscriptionsThatHaveNoConfigsOfTheirOwn() {
        DescribeConfigsResult group = describe((short) 4, ConfigResource.Type.GROUP, "any");
        DescribeConfigsResult metrics = describe((short) 4, ConfigResource.Type.CLIENT_METRICS, "any");

        assertEquals("45000", entry(group, "consumer.session.timeout.ms").value());
        assertEquals(
                ConfigSource.DEFAULT_CONFIG.id(),
                entry(group, "consumer.session.timeout.ms").configSource());
        assertEquals("300000", entry(metrics, "interval.ms").value());
    }

    @Test
    void shouldDescribeLoggers() {
        DescribeConfigsResult loggers = describe((short) 4, ConfigResource.Type.BROKER_LOGGER, "1");

        assertNotNull(entry(loggers, "root").value());
        assertEquals(
                ConfigSource.DYNAMIC_BROKER_LOGGER_CONFIG.id(),
                entry(loggers, "root").configSource());
    }

    @Test
    void shouldRefuseWhatIsNotHere() {
        assertEquals(Errors.UNKNOWN_TOPIC_OR_PARTITION, refusal(ConfigResource.Type.TOPIC, "absent"));
        assertEquals(Errors.INVALID_TOPIC_EXCEPTION, refusal(ConfigResource.Type.TOPIC, "no/slash"));
        assertEquals(Errors.INVALID_REQUEST, refusal(ConfigResource.Type.BROKER, "7"));
        assertEquals(Errors.INVALID_REQUEST, refusal(ConfigResource.Type.BROKER, "one"));
        assertEquals(Errors.INVALID_REQUEST, refusal(ConfigResource.Type.BROKER_LOGGER, ""));
        assertEquals(Errors.INVALID_REQUEST, refusal(ConfigResource.Type.BROKER_LOGGER, "7"));
        assertEquals(Errors.INVALID_REQUEST, refusal(ConfigResource.Type.GROUP, ""));
        assertEquals(Errors.INVALID_REQUEST, refusal(ConfigResource.Type.CLIENT_METRICS, ""));
        assertEquals(Errors.INVALID_REQUEST, refusal(ConfigResource.Type.UNKNOWN, "any"));
    }

    @Test
    void shouldRefuseClientsThatMayNotDescribe() {
        Access nobody = (context, operation, type, name) -> false;

        assertEquals(
                Errors.TOPIC_AUTHORIZATION_FAILED,
                error(describe((short) 4, resource(ConfigResource.Type.TOPIC, "weather"), nobody)
                        .errorCode()));
        assertEquals(
                Errors.CLUSTER_AUTHORIZATION_FAILED,
                error(describe((short) 4, resource(ConfigResource.Type.BROKER, "1"), nobody)
                        .errorCode()));
        assertEquals(
                Errors.GROUP_AUTHORIZATION_FAILED,
                error(describe((short) 4, resource(ConfigResource.Type.GROUP, "g"), nobody)
                        .errorCode()));
    }

    private static Errors refusal(ConfigResource.Type type, String name) {
        return error(describe((short) 4, type, name).errorCode());
    }

    private static DescribeConfigsResourceResult entry(DescribeConfigsResult result, String name) {
        return result.configs().stream()
                .filter(config -> config.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no config " + name));
    }

    private static DescribeConfigsResource resource(ConfigResource.Type type, String name) {
        return new DescribeConfigsResource()
                .setResourceType(type.id())
                .setResourceName(name)
                .setConfigurationKeys(null);
    }

    private static DescribeConfigsResult describe(short version, ConfigResource.Type type, String name) {
        DescribeConfigsRequestData data = new DescribeConfigsRequestData()
                .setIncludeSynonyms(true)
                .setIncludeDocumentation(version >= 3)
                .setResources(List.of(resource(type, name)));
        DescribeConfigsResponse answer = apis.call(new DescribeConfigsRequest(data, version));
        return answer.data().results().get(0);
    }

    private static DescribeConfigsResult describe(short version, DescribeConfigsResource resource, Access access) {
        DescribeConfigsRequestData data = new DescribeConfigsRequestData().setResources(List.of(resource));
        DescribeConfigsResponse answer = apis.call(new DescribeConfigsRequest(data, version), access);
        return answer.data().results().get(0);
    }
}
