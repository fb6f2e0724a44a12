package io.polestar.ops.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.polestar.broker.BrokerFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The pages written from the code say what the code says. */
@Timeout(60)
class PagesTest {
    private static final Path DOCS = Path.of("..", "docs");

    @Test
    void shouldHaveEveryApiInTheCompatibilityPage(@TempDir Path data) throws IOException {
        try (BrokerFixture broker = BrokerFixture.builder(data).start()) {
            check("COMPATIBILITY.md", new CompatibilityPage(broker.broker().apis()).text());
        }
    }

    @Test
    void shouldHaveEverySettingInTheConfigPage() throws IOException {
        check("CONFIG.md", new ConfigPage().text());
    }

    private static void check(String page, String text) throws IOException {
        Path file = DOCS.resolve(page);
        if (Boolean.getBoolean(Pages.WRITE)) {
            Files.writeString(file, text);
        }
        String written = Files.exists(file) ? Files.readString(file) : "";
        assertEquals(text, written, "docs/" + page + " is not up to date; run " + Pages.COMMAND);
    }
}
