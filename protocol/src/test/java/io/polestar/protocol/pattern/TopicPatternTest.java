package io.polestar.protocol.pattern;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TopicPatternTest {

    @ParameterizedTest
    @CsvSource({
        "weather.*.london,      weather.temperature.london,      true",
        "weather.*.london,      weather.humidity.london,         true",
        "weather.*.london,      weather.temperature.paris,       false",
        "weather.*.london,      weather.london,                  false",
        "weather.*.london,      weather.temperature.uk.london,   false",
        "weather.*.london,      weather.temperature.london.east, false",
        "weather.*.london,      weather..london,                 true",
        "weather.*.london,      Weather.temperature.london,      false",
        "weather.temperature.*, weather.temperature.london,      true",
        "weather.temperature.*, weather.temperature,             false",
        "weather.temperature.*, weather.temperatures.london,     false",
        "weather.temperature.*, weather.temperature.,            true",
        "weather.>,             weather.temperature,             true",
        "weather.>,             weather.temperature.london,      true",
        "weather.>,             weather,                         false",
        "weather.>,             weather.,                        true",
        "weather.>,             weathers.temperature,            false",
        "*.>,                   a.b.c,                           true",
        "*.>,                   a,                               false",
        "*,                     a,                               true",
        "*,                     a.b,                             false",
        "*.*,                   a.b,                             true",
        ">,                     a,                               true",
        ">,                     a.b.c.d,                         true",
        ">,                     a..b,                            true",
        "a.b,                   a.b,                             true",
        "a.b,                   a.b.c,                           false",
        "a.b,                   a,                               false",
        "a.b,                   a-b,                             false",
        "a_1.b-2,               a_1.b-2,                         true"
    })
    void shouldMatchWholeLevels(String pattern, String topic, boolean expected) {
        TopicPattern parsed = TopicPattern.parse(pattern);

        assertEquals(expected, parsed.matches(topic));
        assertEquals(expected, topic.matches(parsed.toRegex()));
    }

    @ParameterizedTest
    @CsvSource({
        "'',                0, it is empty",
        "weather..london,   8, a level is empty",
        ".weather,          0, a level is empty",
        "weather.,          8, a level is empty",
        "weather.lon*,     11, '* must be a whole level, but the level is ''lon*'''",
        "weather.**,        8, '* must be a whole level, but the level is ''**'''",
        "weather.>.london,  8, '> stands for all further levels, so it must be the last'",
        "weather.x>,        9, '> must be a whole level, but the level is ''x>'''",
        "weather/london,    7, '''/'' is in no topic name; allowed: ASCII letters, digits, ''_'', ''-'', ''.'', *, >'",
        "wetter.münchen,    8, '''ü'' is in no topic name; allowed: ASCII letters, digits, ''_'', ''-'', ''.'', *, >'"
    })
    void shouldSayWhatIsWrongAndWhereWhenMalformed(String text, int position, String problem) {
        InvalidPatternException refusal = assertThrows(InvalidPatternException.class, () -> TopicPattern.parse(text));

        assertEquals(position, refusal.position());
        assertEquals("pattern '" + text + "', character " + (position + 1) + ": " + problem, refusal.getMessage());
    }

    @Test
    void shouldRefuseAPatternThatIsLongerThanAnyTopic() {
        String longest = "a".repeat(249);

        assertTrue(TopicPattern.parse(longest).matches(longest));
        assertThrows(InvalidPatternException.class, () -> TopicPattern.parse(longest + "a"));
    }

    @ParameterizedTest
    @CsvSource({
        "weather.*.london, weather.temperature.*, true",
        "weather.*.london, weather.*.paris,       false",
        "weather.*.london, weather.>,             true",
        "weather.*.london, weather.*,             false",
        "weather.*.london, *.*.*,                 true",
        "weather.>,        weather,               false",
        "weather.>,        *,                     false",
        "a.b.>,            a.>,                   true",
        "a.b.>,            b.>,                   false",
        "a.b,              a.b,                   true",
        "a.b,              a.c,                   false",
        ">,                a,                     true"
    })
    void shouldDecideWhetherTwoPatternsOverlap(String one, String other, boolean expected) {
        assertEquals(expected, TopicPattern.parse(one).overlaps(TopicPattern.parse(other)));
        assertEquals(expected, TopicPattern.parse(other).overlaps(TopicPattern.parse(one)));
    }

    @Test
    void shouldNotOverlapWhenTheCommonTopicsNameWouldBeTooLong() {
        TopicPattern longBegin = TopicPattern.parse("a".repeat(200) + ".*");
        TopicPattern longEnd = TopicPattern.parse("*." + "b".repeat(49));

        assertEquals(false, longBegin.overlaps(longEnd));
        assertEquals(true, longBegin.overlaps(TopicPattern.parse("*." + "b".repeat(48))));
    }

    @ParameterizedTest
    @CsvSource({
        "weather.*.london, weather.",
        "weather.>,        weather.",
        "*.london,         ''",
        ">,                ''",
        "weather.london,   weather.london"
    })
    void shouldKnowWhatEveryMatchBeginsWith(String pattern, String prefix) {
        assertEquals(prefix, TopicPattern.parse(pattern).literalPrefix());
        assertEquals(pattern.equals(prefix), TopicPattern.parse(pattern).isLiteral());
    }

    @ParameterizedTest
    @CsvSource({
        "weather.*.london, ^weather\\.[^.]*\\.london$",
        "weather.>,        ^weather\\..*$",
        ">,                ^.*$",
        "a-b.c_d,          ^a-b\\.c_d$"
    })
    void shouldBecomeARegexOfWhatEveryDialectHas(String pattern, String regex) {
        assertEquals(regex, TopicPattern.parse(pattern).toRegex());
    }

    @Test
    void shouldBeEqualWhenWrittenAlike() {
        assertEquals(TopicPattern.parse("a.*"), TopicPattern.parse("a.*"));
        assertEquals(
                TopicPattern.parse("a.*").hashCode(), TopicPattern.parse("a.*").hashCode());
        assertEquals("a.*", TopicPattern.parse("a.*").toString());
    }
}
