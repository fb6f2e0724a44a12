/** The transaction coordinator over our partitions, with Kafka's states and record formats. May import {@code coordinator}, {@code topic} and {@code storage}. */
package io.polestar.broker.txn;
