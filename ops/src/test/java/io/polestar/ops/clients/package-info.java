/** Stock clients and Apache Kafka's own tools, as processes of their own, against a broker in another process. */
package io.polestar.ops.clients;
