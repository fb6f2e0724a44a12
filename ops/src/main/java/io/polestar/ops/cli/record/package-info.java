/** {@code polestar produce} and {@code polestar consume}, over Kafka's own producer and consumer. */
package io.polestar.ops.cli.record;
