/** {@code polestar view}, over Kafka's Admin client: a view is a topic with configs of its own. */
package io.polestar.ops.cli.view;
