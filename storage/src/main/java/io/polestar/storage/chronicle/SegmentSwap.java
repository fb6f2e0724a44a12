package io.polestar.storage.chronicle;

import io.polestar.storage.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Says on disk that segments are about to be replaced by one that is complete and on the device, in a folder of its own.
 * From the moment it is written the change is made: whatever a crash leaves undone the next open does, by {@link #complete}.
 *
 * @param folder name of the folder, below the partition's
 * @param added number of the segment in it, -1 for none
 * @param removed numbers of the segments whose place it takes; its own may be among them
 */
record SegmentSwap(String folder, int added, List<Integer> removed) {

    static final int NONE = -1;

    private static final String FILE = "segments.swap";
    private static final int KIND = 'P' << 24 | 'S' << 16 | 'W' << 8 | 1;

    /** Returns when it is on the device. */
    void write(Path directory, Disk disk) throws IOException {
        byte[] name = folder.getBytes(StandardCharsets.ISO_8859_1);
        ByteBuffer payload = ByteBuffer.allocate(Short.BYTES + name.length + (2 + removed.size()) * Integer.BYTES);
        payload.putShort((short) name.length).put(name).putInt(added).putInt(removed.size());
        removed.forEach(payload::putInt);
        CheckedFile.write(directory.resolve(FILE), KIND, payload.rewind(), disk);
    }

    static Optional<SegmentSwap> read(Path directory) throws IOException {
        return CheckedFile.read(directory.resolve(FILE), KIND).map(SegmentSwap::parse);
    }

    private static SegmentSwap parse(ByteBuffer payload) {
        byte[] name = new byte[payload.getShort()];
        payload.get(name);
        int added = payload.getInt();
        int count = payload.getInt();
        List<Integer> removed = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            removed.add(payload.getInt());
        }
        return new SegmentSwap(new String(name, StandardCharsets.ISO_8859_1), added, removed);
    }

    /** The new segment's file until it takes its place. */
    Path addedFile(Path directory) {
        return SegmentFile.of(directory.resolve(folder), added);
    }

    /** Moves the replaced files out of the way, which is fast where to remove them is not. */
    void moveAside(Path directory) throws IOException {
        for (int number : removed) {
            Path aside = directory.resolve(folder).resolve("removed-" + number);
            move(SegmentFile.indexOf(directory, number), aside.resolveSibling(aside.getFileName() + ".index"));
            move(SegmentFile.of(directory, number), aside);
        }
    }

    /** The index first: without its file it says nothing. */
    void moveAdded(Path directory) throws IOException {
        if (added != NONE) {
            move(SegmentFile.indexOf(directory.resolve(folder), added), SegmentFile.indexOf(directory, added));
            move(addedFile(directory), SegmentFile.of(directory, added));
        }
    }

    private static void move(Path from, Path to) throws IOException {
        if (Files.exists(from)) {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /**
     * Does what a crash left undone; may be done over. Numbers are not used again while the log is open. No index is kept:
     * a power cut may have left the one of the segment that was replaced beside the file that replaced it.
     */
    void complete(Path directory, Disk disk) throws IOException {
        for (int number : removed) {
            Files.deleteIfExists(SegmentFile.indexOf(directory, number));
            if (number != added) {
                Files.deleteIfExists(SegmentFile.of(directory, number));
            }
        }
        if (added != NONE) {
            move(addedFile(directory), SegmentFile.of(directory, added));
        }
        finish(directory, disk);
    }

    /** To be called when everything is in its place. */
    void finish(Path directory, Disk disk) throws IOException {
        disk.forceDirectory(directory);
        withdraw(directory);
        DurableFile.deleteTree(directory.resolve(folder));
    }

    /** Takes it back: to be called before anything was moved, or after everything was and is on the device. */
    static void withdraw(Path directory) throws IOException {
        Files.deleteIfExists(directory.resolve(FILE));
    }
}
