/** {@code polestar topic}, over Kafka's Admin client. */
package io.polestar.ops.cli.topic;
