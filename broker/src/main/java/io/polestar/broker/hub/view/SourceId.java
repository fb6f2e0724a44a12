package io.polestar.broker.hub.view;

import org.apache.kafka.common.Uuid;

/** A partition of a source; the id tells its topic from another one that has or had the same name. */
record SourceId(Uuid topicId, int partition) {}
