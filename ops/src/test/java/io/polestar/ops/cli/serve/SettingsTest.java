package io.polestar.ops.cli.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polestar.ops.cli.CliException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class SettingsTest {
    private final Settings settings = new Settings();

    @Test
    void shouldTakeTheLaterLayerWhenBothGiveAProperty() {
        settings.put("num.partitions", "3", "a.yaml");
        settings.put("num.partitions", "4", "--set");

        assertEquals(4, settings.config().getInt("num.partitions"));
    }

    @Test
    void shouldUseTheFlagsDirectoryWhenTheFileNamesAnotherUnderItsPluralName() {
        settings.put("log.dirs", "from-file", "a.yaml");
        settings.put("log.dir", "from-flag", "--data");

        assertEquals(Path.of("from-flag"), settings.config().dataDirectory());
    }

    @Test
    void shouldNameFilePropertyValueAndWhatIsAllowedWhenAValueIsBad() {
        settings.put("num.partitions", "many", "a.yaml");
        assertEquals("a.yaml: num.partitions = many is refused; allowed: a whole number, [1,...]", refusal());
    }

    @Test
    void shouldRefuseWhenAValueIsOutOfRange() {
        settings.put("num.partitions", "0", "--set");
        assertEquals("--set: num.partitions = 0 is refused; allowed: a whole number, [1,...]", refusal());
    }

    @Test
    void shouldSuggestTheNearestNameWhenAPropertyIsUnknown() {
        settings.put("num.partition", "3", "a.yaml");
        assertEquals("a.yaml: unknown property num.partition; the nearest is num.partitions", refusal());
    }

    @Test
    void shouldSuggestNothingWhenNoNameIsNear() {
        settings.put("colour", "blue", "a.yaml");
        assertEquals("a.yaml: unknown property colour", refusal());
    }

    @Test
    void shouldNotShowAPasswordWhenItIsRefused() {
        settings.put("ssl.key.password", "", "a.yaml");
        settings.put("ssl.keystore.password", "secret", "a.yaml");
        settings.put("num.partitions", "x", "b");
        assertTrue(!refusal().contains("secret"));
    }

    @Test
    void shouldSayWhereTheyWereGivenWhenTwoPropertiesContradict() {
        settings.put("log.dirs", "a,b", "a.yaml");
        assertTrue(refusal().startsWith("a.yaml: "), refusal());
        assertTrue(refusal().contains("exactly one directory"), refusal());
    }

    private String refusal() {
        return assertThrows(CliException.class, settings::config).getMessage();
    }
}
