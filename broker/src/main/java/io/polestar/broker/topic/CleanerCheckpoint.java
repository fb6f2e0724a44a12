package io.polestar.broker.topic;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The file that says up to which offset a log was compacted. It is not forced: without it, or with an older one, compaction
 * begins farther in front. Stateless.
 */
final class CleanerCheckpoint {

    /** No run came to an end yet. */
    static final long NONE = -1;

    private static final String FILE = "cleaner-offset-checkpoint";
    private static final Pattern FORMAT = Pattern.compile("version: 0\nfirst_dirty_offset: (\\d{1,18})\n");

    private CleanerCheckpoint() {}

    /** {@link #NONE} if there is none, or none that can be read. */
    static long read(Path directory) throws IOException {
        String text;
        try {
            text = Files.readString(directory.resolve(FILE), StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            return NONE;
        }
        Matcher matcher = FORMAT.matcher(text);
        return matcher.matches() ? Long.parseLong(matcher.group(1)) : NONE;
    }

    static void write(Path directory, long firstDirty) throws IOException {
        StateFile.replace(directory.resolve(FILE), "version: 0\nfirst_dirty_offset: " + firstDirty + "\n");
    }
}
