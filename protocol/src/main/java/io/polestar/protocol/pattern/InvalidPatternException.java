package io.polestar.protocol.pattern;

/** A text that is no topic pattern: the message says what is wrong and where. */
public final class InvalidPatternException extends IllegalArgumentException {
    private final int position;

    InvalidPatternException(String pattern, int position, String problem) {
        super("pattern '" + pattern + "', character " + (position + 1) + ": " + problem);
        this.position = position;
    }

    /** Where in the text, counted from 0. */
    public int position() {
        return position;
    }
}
