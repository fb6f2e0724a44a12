/**
 * The differential suite: what Apache Kafka answers is what Polestar must answer, request by request. Only the profile {@code
 * differential} runs it. May import anything of kafka-clients.
 */
package io.polestar.ops.differential;
