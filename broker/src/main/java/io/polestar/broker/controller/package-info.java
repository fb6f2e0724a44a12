/** KRaft in this process: the metadata log, its quorum of one, the broker's registration, the metadata image. The only package that imports Kafka's raft and controller classes. */
package io.polestar.broker.controller;
