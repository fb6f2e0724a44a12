/** The HTTP port for operators: liveness, readiness, metrics. Knows nothing of Kafka; imports Netty alone. */
package io.polestar.broker.http;
