/** KRaft in this process: the metadata log, its quorum of one, the broker's registration, the metadata image. The only package that runs Kafka's raft and controller. */
package io.polestar.broker.controller;
