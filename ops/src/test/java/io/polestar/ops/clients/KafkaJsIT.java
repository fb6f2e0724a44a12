package io.polestar.ops.clients;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.ops.BrokerUnderTest;
import io.polestar.ops.Program;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** kafkajs on Node.js, by src/test/kafkajs/suite.js; {@code npm ci} must have been run there. */
@Tag("other-clients")
@Timeout(180)
class KafkaJsIT {
    private static final Path SCRIPTS = Path.of("src", "test", "kafkajs");

    @TempDir
    private static Path data;

    private static BrokerUnderTest broker;

    @BeforeAll
    static void start() throws Exception {
        assertTrue(
                Files.isDirectory(SCRIPTS.resolve("node_modules/kafkajs")), "run npm ci in ops/src/test/kafkajs first");
        broker = new BrokerUnderTest(data);
    }

    @AfterAll
    static void stop() throws Exception {
        if (broker != null) {
            broker.close();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "topics",
                "none",
                "gzip",
                "keys",
                "group",
                "commit",
                "seek-offset",
                "seek-time",
                "idempotent",
                "groups"
            })
    void shouldDoWhatTheScenarioAsks(String scenario) throws Exception {
        run(scenario);
    }

    @Test
    void shouldReplayEverythingOnceAndInOrderWhenTheBrokerWasKilled() throws Exception {
        run("fill");
        broker.crash();
        run("replay");
    }

    private static void run(String scenario) throws Exception {
        Program.of("node", SCRIPTS.resolve("suite.js").toString(), scenario, broker.bootstrap())
                .run()
                .ok();
    }
}
