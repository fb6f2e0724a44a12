package io.polestar.broker.txn;

/** A transactional producer, as it names itself. */
public record Producer(String transactionalId, long producerId, short producerEpoch) {}
