package io.polestar.broker.api;

import static io.polestar.broker.api.ApiFixture.error;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.polestar.broker.security.Access;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AlterConfigsRequest;
import org.apache.kafka.common.requests.AlterConfigsResponse;
import org.apache.kafka.common.requests.DescribeConfigsRequest;
import org.apache.kafka.common.requests.DescribeConfigsResponse;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.common.requests.IncrementalAlterConfigsRequest;
import org.apache.kafka.common.requests.IncrementalAlterConfigsResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** IncrementalAlterConfigs and AlterConfigs, seen through DescribeConfigs. */
@Timeout(60)
class AlterConfigsHandlersTest {
    private static final ConfigResource THIS_BROKER = new ConfigResource(ConfigResource.Type.BROKER, "1");
    private static final ConfigResource ALL_BROKERS = new ConfigResource(ConfigResource.Type.BROKER, "");

    private static ApiFixture apis;

    @BeforeAll
    static void start(@TempDir Path directory) {
        apis = new ApiFixture(directory, Map.of());
    }

    @AfterAll
    static void stop() {
        apis.close();
    }

    @Test
    void shouldShowAChangeAtOnceInEveryVersion() {
        ConfigResource topic = newTopic("at-once");
        for (short version : ApiKeys.INCREMENTAL_ALTER_CONFIGS.allVersions()) {
            String value = Integer.toString(1000 + version);

            assertEquals(List.of(Errors.NONE), alter(version, change(topic, set("retention.ms", value))));

            assertEquals(value, describe(topic, "retention.ms").value());
        }
    }

    @Test
    void shouldSetDeleteAppendAndSubtract() {
        ConfigResource topic = newTopic("operations");

        alter(change(topic, operation("cleanup.policy", OpType.APPEND, "compact")));
        assertEquals("delete,compact", describe(topic, "cleanup.policy").value());

        alter(change(topic, operation("cleanup.policy", OpType.SUBTRACT, "delete")));
        assertEquals("compact", describe(topic, "cleanup.policy").value());

        alter(change(topic, operation("cleanup.policy", OpType.DELETE, null)));
        assertEquals("delete", describe(topic, "cleanup.policy").value());
        assertEquals(
                ConfigSource.DEFAULT_CONFIG.id(),
                describe(topic, "cleanup.policy").configSource());
    }

    @Test
    void shouldPutTheBrokersOwnConfigOverThatOfAllBrokers() {
        ConfigResource topic = newTopic("inheriting");

        assertEquals(List.of(Errors.NONE), alter(change(ALL_BROKERS, set("log.cleaner.delete.retention.ms", "7000"))));
        assertEquals("7000", describe(topic, "delete.retention.ms").value());
        assertEquals(
                "7000", describe(ALL_BROKERS, "log.cleaner.delete.retention.ms").value());
        assertEquals(
                "7000", describe(THIS_BROKER, "log.cleaner.delete.retention.ms").value());

        assertEquals(List.of(Errors.NONE), alter(change(THIS_BROKER, set("log.cleaner.delete.retention.ms", "8000"))));
        assertEquals("8000", describe(topic, "delete.retention.ms").value());
        assertEquals(
                ConfigSource.DYNAMIC_BROKER_CONFIG.id(),
                describe(THIS_BROKER, "log.cleaner.delete.retention.ms").configSource());
        assertEquals(
                "7000", describe(ALL_BROKERS, "log.cleaner.delete.retention.ms").value());
    }

    @Test
    void shouldRefuseEachResourceForItself() {
        ConfigResource topic = newTopic("refusals");
        ConfigResource twice = newTopic("twice");

        List<Errors> results = alter(
                change(topic, set("no.such.config", "1")),
                change(new ConfigResource(ConfigResource.Type.TOPIC, "absent"), set("retention.ms", "1")),
                change(new ConfigResource(ConfigResource.Type.TOPIC, "no/slash"), set("retention.ms", "1")),
                change(twice, set("retention.ms", "1")),
                change(twice, set("retention.ms", "2")),
                change(new ConfigResource(ConfigResource.Type.BROKER, "7"), set("log.retention.ms", "1")),
                change(THIS_BROKER, set("broker.id", "3")),
                change(ALL_BROKERS, set("ssl.keystore.location", "x")),
                change(new ConfigResource(ConfigResource.Type.UNKNOWN, "x"), set("a", "b")),
                change(new ConfigResource(ConfigResource.Type.GROUP, "g"), set("consumer.session.timeout.ms", "46000")),
                change(new ConfigResource(ConfigResource.Type.GROUP, ""), set("consumer.session.timeout.ms", "46000")));

        assertEquals(
                List.of(
                        Errors.INVALID_CONFIG,
                        Errors.UNKNOWN_TOPIC_OR_PARTITION,
                        Errors.INVALID_TOPIC_EXCEPTION,
                        Errors.INVALID_REQUEST,
                        Errors.INVALID_REQUEST,
                        Errors.INVALID_REQUEST,
                        Errors.INVALID_REQUEST,
                        Errors.INVALID_REQUEST,
                        Errors.INVALID_REQUEST,
                        Errors.NONE,
                        Errors.INVALID_REQUEST),
                results);
        assertEquals(
                "46000",
                describe(new ConfigResource(ConfigResource.Type.GROUP, "g"), "consumer.session.timeout.ms")
                        .value());
    }

    @Test
    void shouldRefuseChangesThatAreMalformed() {
        ConfigResource topic = newTopic("malformed");

        assertEquals(List.of(Errors.INVALID_REQUEST), alter(change(topic, set("retention.ms", null))));
        assertEquals(
                List.of(Errors.INVALID_REQUEST),
                alter(change(topic, set("retention.ms", "1"), set("retention.ms", "2"))));
        assertEquals(
                List.of(Errors.INVALID_REQUEST),
                alter(change(
                        topic,
                        new AlterableConfig()
                                .setName("retention.ms")
                                .setConfigOperation((byte) 9)
                                .setValue("1"))));
        assertEquals(
                List.of(Errors.INVALID_CONFIG), alter(change(topic, operation("retention.ms", OpType.APPEND, "1"))));
        assertEquals(List.of(Errors.INVALID_CONFIG), alter(change(topic, set("retention.ms", "soon"))));
    }

    @Test
    void shouldOnlyCheckWhenAskedTo() {
        ConfigResource topic = newTopic("checked");
        IncrementalAlterConfigsRequest request = request((short) 1, change(topic, set("retention.ms", "5")));
        request.data().setValidateOnly(true);

        IncrementalAlterConfigsResponse answer = apis.call(request);

        assertEquals(Errors.NONE, error(answer.data().responses().get(0).errorCode()));
        assertEquals("604800000", describe(topic, "retention.ms").value());
    }

    @Test
    void shouldRefuseClientsThatMayNotAlter() {
        Access nobody = (context, operation, type, name) -> false;
        ConfigResource topic = newTopic("forbidden");

        IncrementalAlterConfigsResponse answer = apis.call(
                request(
                        (short) 1,
                        change(topic, set("retention.ms", "1")),
                        change(THIS_BROKER, set("log.retention.ms", "1")),
                        change(new ConfigResource(ConfigResource.Type.BROKER_LOGGER, "1"), set("root", "INFO"))),
                nobody);

        assertEquals(
                List.of(
                        Errors.TOPIC_AUTHORIZATION_FAILED,
                        Errors.CLUSTER_AUTHORIZATION_FAILED,
                        Errors.CLUSTER_AUTHORIZATION_FAILED),
                errors(answer));
    }

    @Test
    void shouldChangeTheLevelsOfLoggers() {
        ConfigResource loggers = new ConfigResource(ConfigResource.Type.BROKER_LOGGER, "1");
        var logger = LoggerFactory.getLogger("io.polestar.some.logger");

        assertEquals(List.of(Errors.NONE), alter(change(loggers, set(logger.getName(), "ERROR"))));
        assertFalse(logger.isInfoEnabled());
        assertEquals("ERROR", describe(loggers, logger.getName()).value());

        assertEquals(List.of(Errors.NONE), alter(change(loggers, operation(logger.getName(), OpType.DELETE, null))));
        assertEquals("INFO", describe(loggers, logger.getName()).value());

        assertEquals(List.of(Errors.INVALID_CONFIG), alter(change(loggers, set("no.such.logger", "INFO"))));
        assertEquals(List.of(Errors.INVALID_CONFIG), alter(change(loggers, set("root", "LOUD"))));
        assertEquals(List.of(Errors.INVALID_REQUEST), alter(change(loggers, operation("root", OpType.DELETE, null))));
    }

    @Test
    void shouldReplaceAllConfigsInTheOlderApi() {
        ConfigResource topic = newTopic("replaced");
        alter(change(topic, set("retention.ms", "5")));
        for (short version : ApiKeys.ALTER_CONFIGS.allVersions()) {
            AlterConfigsResponse answer = apis.call(replacement(version, topic, "segment.bytes", "2000000"));

            assertEquals(Errors.NONE, error(answer.data().responses().get(0).errorCode()));
        }

        assertEquals("2000000", describe(topic, "segment.bytes").value());
        assertEquals("604800000", describe(topic, "retention.ms").value());
    }

    @Test
    void shouldRefuseInTheOlderApiWhatTheNewerRefuses() {
        ConfigResource topic = newTopic("older");

        assertEquals(Errors.INVALID_REQUEST, replace(topic, "retention.ms", null));
        assertEquals(Errors.INVALID_CONFIG, replace(topic, "no.such.config", "1"));
        assertEquals(
                Errors.INVALID_REQUEST,
                replace(new ConfigResource(ConfigResource.Type.BROKER_LOGGER, "1"), "root", "INFO"));
        assertEquals(
                Errors.UNKNOWN_TOPIC_OR_PARTITION,
                replace(new ConfigResource(ConfigResource.Type.TOPIC, "absent"), "retention.ms", "1"));
        assertNull(apis.controller()
                .controller()
                .metadataCache()
                .topicConfig("older")
                .get("retention.ms"));
    }

    private static ConfigResource newTopic(String name) {
        Topics.exists(apis, name, 1);
        return new ConfigResource(ConfigResource.Type.TOPIC, name);
    }

    private static AlterableConfig set(String name, String value) {
        return operation(name, OpType.SET, value);
    }

    private static AlterableConfig operation(String name, OpType operation, String value) {
        return new AlterableConfig()
                .setName(name)
                .setConfigOperation(operation.id())
                .setValue(value);
    }

    private static AlterConfigsResource change(ConfigResource resource, AlterableConfig... configs) {
        AlterConfigsResource change =
                new AlterConfigsResource().setResourceType(resource.type().id()).setResourceName(resource.name());
        for (AlterableConfig config : configs) {
            change.configs().mustAdd(config);
        }
        return change;
    }

    private static List<Errors> alter(AlterConfigsResource... changes) {
        return alter((short) 1, changes);
    }

    private static List<Errors> alter(short version, AlterConfigsResource... changes) {
        return errors(apis.call(request(version, changes)));
    }

    private static List<Errors> errors(IncrementalAlterConfigsResponse answer) {
        List<Errors> errors = new ArrayList<>();
        answer.data().responses().forEach(response -> errors.add(error(response.errorCode())));
        return errors;
    }

    private static IncrementalAlterConfigsRequest request(short version, AlterConfigsResource... changes) {
        IncrementalAlterConfigsRequestData data = new IncrementalAlterConfigsRequestData();
        for (AlterConfigsResource change : changes) {
            data.resources().mustAdd(change);
        }
        return new IncrementalAlterConfigsRequest(data, version);
    }

    private static Errors replace(ConfigResource resource, String name, String value) {
        AlterConfigsResponse answer = apis.call(replacement((short) 2, resource, name, value));
        return error(answer.data().responses().get(0).errorCode());
    }

    private static AlterConfigsRequest replacement(short version, ConfigResource resource, String name, String value) {
        AlterConfigsRequestData.AlterConfigsResource replaced = new AlterConfigsRequestData.AlterConfigsResource()
                .setResourceType(resource.type().id())
                .setResourceName(resource.name());
        replaced.configs()
                .add(new AlterConfigsRequestData.AlterableConfig().setName(name).setValue(value));
        AlterConfigsRequestData data = new AlterConfigsRequestData();
        data.resources().add(replaced);
        return new AlterConfigsRequest(data, version);
    }

    private static DescribeConfigsResourceResult describe(ConfigResource resource, String name) {
        DescribeConfigsRequestData data = new DescribeConfigsRequestData()
                .setResources(List.of(new DescribeConfigsResource()
                        .setResourceType(resource.type().id())
                        .setResourceName(resource.name())
                        .setConfigurationKeys(List.of(name))));
        DescribeConfigsResponse answer = apis.call(new DescribeConfigsRequest(data, (short) 4));
        return answer.data().results().get(0).configs().get(0);
    }
}
