/**
 * The ledger: which records a group never saw, where they are or were, and why. It is told of commits, removals and refusals, asks the
 * partitions who was handed what, and keeps its entries in a compacted topic. May import {@code group}, {@code hub.view}, {@code share}, {@code topic},
 * {@code http} and {@code storage}.
 */
package io.polestar.broker.hub.ledger;
