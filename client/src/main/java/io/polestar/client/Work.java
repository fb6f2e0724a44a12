package io.polestar.client;

/**
 * A message on its way through a consumer.
 *
 * @param arrival counts the messages of the consumer
 */
record Work(Message message, PartitionProgress progress, PartitionProgress.Entry entry, long arrival) {
    void done() {
        progress.handled(entry);
    }
}
