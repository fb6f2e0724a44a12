package io.polestar.ops.cli;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.polestar.ops.BrokerUnderTest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code polestar audit} against a broker. */
@Timeout(120)
class AuditIT {
    @TempDir
    private Path data;

    private static InProcess verb(BrokerUnderTest broker, String... words) {
        List<String> line = new ArrayList<>(List.of(words));
        line.addAll(List.of("--bootstrap", broker.bootstrap()));
        return InProcess.run(line.toArray(String[]::new));
    }

    private static String audit(BrokerUnderTest broker, String... options) {
        List<String> line = new ArrayList<>(List.of("audit"));
        line.addAll(List.of(options));
        return verb(broker, line.toArray(String[]::new)).ok().out();
    }

    @Test
    void shouldSayThatNothingIsLostAndThenWhatIsAndWhoDidIt() throws Exception {
        try (BrokerUnderTest broker = new BrokerUnderTest(data)) {
            assertEquals("Nothing lost.\n", audit(broker));
            for (String value : List.of("1", "2", "3")) {
                verb(broker, "produce", "audited", value).ok();
            }
            verb(broker, "consume", "audited", "--group", "readers", "--from", "beginning", "--max", "1")
                    .ok();
            verb(broker, "group", "reset", "readers", "--to", "end").ok();
            await().until(() -> audit(broker).contains("group-reset"));

            JsonNode entry =
                    new ObjectMapper().readTree(audit(broker, "--json", "--topic", "audited", "--since", "1h"));
            assertEquals("lost", entry.get("status").asText());
            assertEquals("readers", entry.get("group").asText());
            assertEquals(1, entry.get("fromOffset").asLong());
            assertEquals(3, entry.get("toOffset").asLong());
            assertTrue(entry.get("by").asText().startsWith("polestar-cli (User:ANONYMOUS at "), entry.toString());
            assertEquals("Nothing lost.\n", audit(broker, "--group", "others"));
            assertEquals("", audit(broker, "--json", "--since", "2999-01-01"));
        }
    }
}
