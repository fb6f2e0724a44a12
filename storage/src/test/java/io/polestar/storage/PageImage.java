package io.polestar.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;

/**
 * A file's content: its length and its first bytes up to the last that is not zero. Tests keep their files small enough.
 *
 * @param length of the file
 * @param bytes the beginning; zeros follow
 */
record PageImage(long length, byte[] bytes) {

    private static final int LIVELY_BYTES = 512 << 10;
    private static final int PAGE_BYTES = 4096;
    private static final int SECTOR_BYTES = 512;

    static PageImage of(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long length = channel.size();
            ByteBuffer read = ByteBuffer.allocate((int) Math.min(length, LIVELY_BYTES));
            while (read.hasRemaining() && channel.read(read) > 0) {
                // On to the next piece.
            }
            int end = read.position();
            while (end > 0 && read.get(end - 1) == 0) {
                end--;
            }
            return new PageImage(length, Arrays.copyOf(read.array(), end));
        }
    }

    void write(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(bytes), 0);
            if (length > bytes.length) {
                channel.write(ByteBuffer.allocate(1), length - 1);
            }
        }
    }

    /**
     * What a power cut leaves of a file: pages that did not change since they were forced are as they are; others are as
     * they were, as they are, or of each sector one of both. A page that never was on the device is full of zeros "as it was".
     *
     * @param forced null if the file never was forced
     */
    static PageImage afterPowerCut(PageImage forced, PageImage now, Random random) {
        PageImage before = forced == null ? new PageImage(0, new byte[0]) : forced;
        long length = before.length == now.length || random.nextInt(4) > 0 ? now.length : before.length;
        byte[] bytes = new byte[(int) Math.min(length, Math.max(before.bytes.length, now.bytes.length))];
        for (int page = 0; page < bytes.length; page += PAGE_BYTES) {
            int fate = random.nextInt(3);
            for (int sector = page; sector < page + PAGE_BYTES && sector < bytes.length; sector += SECTOR_BYTES) {
                boolean isNew = fate == 0 || fate == 1 && random.nextBoolean();
                copy(isNew ? now.bytes : before.bytes, sector, bytes);
            }
        }
        return new PageImage(length, bytes);
    }

    private static void copy(byte[] from, int at, byte[] to) {
        int count = Math.min(SECTOR_BYTES, Math.min(from.length, to.length) - at);
        if (count > 0) {
            System.arraycopy(from, at, to, at, count);
        }
    }
}
