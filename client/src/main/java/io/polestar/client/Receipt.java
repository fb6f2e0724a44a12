package io.polestar.client;

/**
 * Where an acknowledged message is.
 *
 * @param durable whether it was on the broker's disk when it was acknowledged: the topic's durability is {@code sync} and
 *     all replicas acknowledged. Otherwise it was in the memory of the broker's machine, which a crash of the broker does
 *     not take, but a power cut does.
 */
public record Receipt(String topic, int partition, long offset, long timestampMs, boolean durable) {}
