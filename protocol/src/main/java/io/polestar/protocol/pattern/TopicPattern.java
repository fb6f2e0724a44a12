package io.polestar.protocol.pattern;

import java.util.ArrayList;
import java.util.List;

/**
 * A set of topics by their levels, the parts of a name between its dots: {@code *} stands for exactly one level, a last
 * {@code >} for one or more, anything else for itself. Immutable; equal if written alike.
 *
 * <p>Kafka permits names with empty levels ({@code a..b}). A pattern cannot name one, but a wildcard stands for it, so that
 * {@code >} matches every topic.
 */
public final class TopicPattern {
    /** The longest name that a topic can have, in characters. */
    static final int MAX_TOPIC_LENGTH = 249;

    static final String ONE = "*";
    static final String REST = ">";

    private final String text;
    private final List<String> levels;

    private TopicPattern(String text, List<String> levels) {
        this.text = text;
        this.levels = levels;
    }

    /**
     * Reads a pattern.
     *
     * @param text such as {@code weather.*.london} or {@code weather.>}; without a wildcard it matches the topic of this name
     * @throws InvalidPatternException if it is empty or too long, has an empty level, a wildcard beside other characters of
     *     its level, a {@code >} before the end, or a character that no topic name has
     */
    public static TopicPattern parse(String text) {
        if (text.isEmpty()) {
            throw new InvalidPatternException(text, 0, "it is empty");
        }
        if (text.length() > MAX_TOPIC_LENGTH) {
            throw new InvalidPatternException(
                    text, MAX_TOPIC_LENGTH, "it is longer than the " + MAX_TOPIC_LENGTH + " of a topic name");
        }
        List<String> levels = split(text);
        int position = 0;
        for (int i = 0; i < levels.size(); i++) {
            checkLevel(text, position, levels.get(i), i == levels.size() - 1);
            position += levels.get(i).length() + 1;
        }
        return new TopicPattern(text, levels);
    }

    private static void checkLevel(String text, int position, String level, boolean last) {
        if (level.isEmpty()) {
            throw new InvalidPatternException(text, position, "a level is empty");
        }
        if (level.equals(REST) && !last) {
            throw new InvalidPatternException(
                    text, position, "> stands for all further levels, so it must be the last");
        }
        for (int i = 0; i < level.length(); i++) {
            checkCharacter(text, position + i, level);
        }
    }

    private static void checkCharacter(String text, int position, String level) {
        char c = text.charAt(position);
        if (c == '*' || c == '>') {
            if (level.length() > 1) {
                throw new InvalidPatternException(
                        text, position, c + " must be a whole level, but the level is '" + level + "'");
            }
        } else if (!isLegal(c)) {
            throw new InvalidPatternException(
                    text,
                    position,
                    "'" + c + "' is in no topic name; allowed: ASCII letters, digits, '_', '-', '.', *, >");
        }
    }

    private static boolean isLegal(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-';
    }

    /** Whether a text asks for more than the topic of its own name. */
    public static boolean hasWildcard(String text) {
        return text.indexOf('*') >= 0 || text.indexOf('>') >= 0;
    }

    static List<String> split(String name) {
        List<String> levels = new ArrayList<>();
        int start = 0;
        for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', start)) {
            levels.add(name.substring(start, dot));
            start = dot + 1;
        }
        levels.add(name.substring(start));
        return levels;
    }

    /** Whether a topic is in the set. */
    public boolean matches(String topic) {
        int start = 0;
        for (int i = 0; i < levels.size(); i++) {
            if (start > topic.length()) {
                return false;
            }
            String level = levels.get(i);
            if (level.equals(REST)) {
                return true;
            }
            int dot = topic.indexOf('.', start);
            int end = dot < 0 ? topic.length() : dot;
            if (!level.equals(ONE) && !isLevel(topic, start, end, level)) {
                return false;
            }
            start = end + 1;
        }
        return start > topic.length();
    }

    private static boolean isLevel(String topic, int start, int end, String level) {
        return end - start == level.length() && topic.startsWith(level, start);
    }

    /**
     * The same set as a regular expression for stock clients. It has both anchors and only what every dialect has, so it
     * serves {@code java.util.regex} ({@code consumer.subscribe(Pattern.compile(p.toRegex()))}), the brokers' RE2/J
     * ({@code consumer.subscribe(new SubscriptionPattern(p.toRegex()))}, KIP-848), and clients that search instead of
     * matching, like librdkafka.
     */
    public String toRegex() {
        StringBuilder regex = new StringBuilder("^");
        for (String level : levels) {
            if (regex.length() > 1) {
                regex.append("\\.");
            }
            regex.append(
                    switch (level) {
                        case ONE -> "[^.]*";
                        case REST -> ".*";
                        default -> level;
                    });
        }
        return regex.append('$').toString();
    }

    /** Whether there can be a topic that both match. */
    public boolean overlaps(TopicPattern other) {
        int length = -1;
        for (int i = 0; ; i++) {
            if (i == levels.size() || i == other.levels.size()) {
                return levels.size() == other.levels.size() && length <= MAX_TOPIC_LENGTH;
            }
            String mine = levels.get(i);
            String theirs = other.levels.get(i);
            if (mine.equals(REST) || theirs.equals(REST)) {
                List<String> longer = mine.equals(REST) ? other.levels : levels;
                return length + shortest(longer.subList(i, longer.size())) <= MAX_TOPIC_LENGTH;
            }
            if (!isWildcard(mine) && !isWildcard(theirs) && !mine.equals(theirs)) {
                return false;
            }
            length += 1 + (isWildcard(mine) ? shortest(theirs) : mine.length());
        }
    }

    private static int shortest(List<String> levels) {
        return levels.stream().mapToInt(level -> 1 + shortest(level)).sum();
    }

    /** The fewest characters a level can have: a wildcard may stand for an empty one. */
    private static int shortest(String level) {
        return isWildcard(level) ? 0 : level.length();
    }

    private static boolean isWildcard(String level) {
        return level.equals(ONE) || level.equals(REST);
    }

    /** What every matching topic's name begins with: up to the first wildcard, {@code weather.} of {@code weather.*.london}. */
    public String literalPrefix() {
        int end = 0;
        for (String level : levels) {
            if (isWildcard(level)) {
                return text.substring(0, end);
            }
            end += level.length() + 1;
        }
        return text;
    }

    /** Whether it matches one topic only, the one of this name. */
    public boolean isLiteral() {
        return levels.stream().noneMatch(TopicPattern::isWildcard);
    }

    /** The levels as written, wildcards included. */
    public List<String> levels() {
        return List.copyOf(levels);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TopicPattern pattern && pattern.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /** As it was written. */
    @Override
    public String toString() {
        return text;
    }
}
