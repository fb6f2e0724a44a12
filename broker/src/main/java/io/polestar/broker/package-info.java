/**
 * The server's composition root and configuration. Inside {@code broker}, imports point one way: {@code net -> api -> {group,
 * txn, hub, topic, controller} -> storage}.
 */
package io.polestar.broker;
