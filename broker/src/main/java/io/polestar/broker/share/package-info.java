/**
 * Share groups (KIP-932): which records of a partition are with which member, and Kafka's share coordinator, which keeps that
 * over restarts. May import {@code group}, {@code coordinator}, {@code topic}, {@code storage} and {@code protocol}.
 */
package io.polestar.broker.share;
