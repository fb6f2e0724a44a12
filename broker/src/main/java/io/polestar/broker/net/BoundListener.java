package io.polestar.broker.net;

/**
 * A listener and where it really listens.
 *
 * @param port the bound one, also where the configured one was 0
 */
public record BoundListener(ListenerConfig listener, int port) {}
