/**
 * The client library: a {@link io.polestar.client.Hub} is the connection, from it come publishers and consumers. May import
 * {@code io.polestar.protocol}, its own {@code config} and {@code track}, and kafka-clients.
 */
package io.polestar.client;
