/** Kafka Streams applications against the packaged broker. */
package io.polestar.ops.streams;
