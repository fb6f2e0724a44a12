package io.polestar.client.track;

/**
 * Numbers that follow one another.
 *
 * @param last belongs to it
 */
public record SequenceRange(long first, long last) {
    public long count() {
        return last - first + 1;
    }
}
