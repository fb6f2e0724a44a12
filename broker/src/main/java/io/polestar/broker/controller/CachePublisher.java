package io.polestar.broker.controller;

import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.loader.LoaderManifest;
import org.apache.kafka.image.publisher.MetadataPublisher;
import org.apache.kafka.metadata.KRaftMetadataCache;

/** Puts every image into the cache that requests read. Called on the loader's thread. */
record CachePublisher(KRaftMetadataCache cache) implements MetadataPublisher {

    @Override
    public String name() {
        return "metadata-cache";
    }

    @Override
    public void onMetadataUpdate(MetadataDelta delta, MetadataImage image, LoaderManifest manifest) {
        cache.setImage(image);
    }
}
