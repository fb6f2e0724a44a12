package io.polestar.storage.chronicle;

/**
 * What was found, or repaired, in a partition's folder.
 *
 * @param metadata its topic and start
 * @param segments its segments
 * @param checkpointed whether the checkpoint on disk says the same
 * @param forced whether all of it is on the device
 * @param stored whether it has a folder: one without records has none
 */
record OpenedLog(
        PartitionMetadata metadata, LogSegments segments, boolean checkpointed, boolean forced, boolean stored) {}
