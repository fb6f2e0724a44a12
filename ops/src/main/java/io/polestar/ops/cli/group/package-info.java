/** {@code polestar group}, over Kafka's Admin client. */
package io.polestar.ops.cli.group;
