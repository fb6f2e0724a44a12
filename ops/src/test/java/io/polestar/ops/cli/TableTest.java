package io.polestar.ops.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class TableTest {
    private final Table table =
            new Table("topic", "lagSeconds").row("weather", 1.5).row("a", null);

    @Test
    void shouldAlignColumnsUnderHeadingsWhenItIsText() {
        assertEquals("TOPIC    LAG-SECONDS\nweather  1.5\na        -\n", printed(table, false));
    }

    @Test
    void shouldPrintAnObjectALineWhenItIsJson() {
        assertEquals(
                "{\"topic\":\"weather\",\"lagSeconds\":1.5}\n{\"topic\":\"a\",\"lagSeconds\":null}\n",
                printed(table, true));
    }

    @Test
    void shouldPrintNothingWhenThereAreNoRows() {
        assertEquals("", printed(new Table("topic"), false));
    }

    @Test
    void shouldRefuseARowOfTheWrongWidth() {
        assertThrows(IllegalArgumentException.class, () -> table.row("x"));
    }

    private static String printed(Table table, boolean json) {
        StringWriter text = new StringWriter();
        table.print(new PrintWriter(text), json);
        return text.toString().replace(System.lineSeparator(), "\n");
    }
}
