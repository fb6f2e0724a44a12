package io.polestar.storage.chronicle;

/**
 * The word before every excerpt in a queue file: bit 31 not complete or end of the segment, bit 30 Chronicle's own
 * metadata, the rest the payload's length. Excerpts begin at multiples of four. Stateless.
 */
final class Excerpt {

    /** Bytes of the word. */
    static final int WORD = Integer.BYTES;

    static final int END_OF_SEGMENT = 0xC000_0000;

    private static final int NOT_COMPLETE = 0x8000_0000;
    private static final int METADATA = 0x4000_0000;
    private static final int LENGTH = METADATA - 1;

    private Excerpt() {}

    static boolean isComplete(int word) {
        return word != 0 && (word & NOT_COMPLETE) == 0;
    }

    /** Whether whoever began the excerpt has not completed it. */
    static boolean isBegun(int word) {
        return (word & NOT_COMPLETE) != 0 && word != END_OF_SEGMENT;
    }

    static boolean isMetadata(int word) {
        return (word & METADATA) != 0;
    }

    static int length(int word) {
        return word & LENGTH;
    }

    /** Where the next excerpt begins. */
    static long after(long position, int word) {
        return position + WORD + (length(word) + 3 & ~3);
    }
}
