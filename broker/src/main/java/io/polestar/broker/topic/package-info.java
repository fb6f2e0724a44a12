/** Partitions: produce, fetch, producer state, high watermark, retention. May import {@code storage} and {@code controller}'s metadata. */
package io.polestar.broker.topic;
