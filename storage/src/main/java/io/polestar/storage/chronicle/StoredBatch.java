package io.polestar.storage.chronicle;

import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * A batch where it lies in its segment, or a place where one is damaged.
 *
 * @param file of the segment
 * @param position of its excerpt in the file
 * @param batch the batch as it is stored, to be read before the next one is asked for; null where even its length is lost
 * @param intact whether all its checksums are right
 */
public record StoredBatch(Path file, long position, ByteBuffer batch, boolean intact) {}
