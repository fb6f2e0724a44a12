package io.polestar.broker.hub.view;

import io.polestar.broker.topic.Partition;
import io.polestar.broker.topic.Partitions;
import io.polestar.protocol.pattern.PatternIndex;
import io.polestar.storage.Disk;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.TopicImage;
import org.apache.kafka.image.TopicsDelta;
import org.apache.kafka.image.loader.LoaderManifest;
import org.apache.kafka.image.publisher.MetadataPublisher;
import org.apache.kafka.server.util.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All views of this broker; follows the metadata image, after {@link Partitions}, so that a topic is in its views as soon
 * as it is there. Changed by the metadata loader's thread.
 */
public final class Views implements MetadataPublisher {
    private static final Logger log = LoggerFactory.getLogger(Views.class);
    private static final String DIRECTORY = ".views";
    private static final long SAVE_INTERVAL_MS = 30_000;

    private final Partitions partitions;
    private final Path directory;
    private final Disk disk;
    private final Scheduler scheduler;
    private final Sources sources = new Sources();
    private final ViewWriter writer = new ViewWriter();
    private final Map<Uuid, View> views = new ConcurrentHashMap<>();
    private final PatternIndex<Uuid> patterns = new PatternIndex<>();
    private boolean first = true;
    private boolean closed;

    /** @param dataDirectory in which a folder holds how far the views are */
    public Views(Partitions partitions, Path dataDirectory, Disk disk, Scheduler scheduler) {
        this.partitions = partitions;
        this.directory = dataDirectory.resolve(DIRECTORY);
        this.disk = disk;
        this.scheduler = scheduler;
    }

    /** Begins to write, when the partitions have the leader epochs of this run: what was lost in a power cut is of an earlier one. */
    public void start() {
        writer.start();
        scheduler.schedule("view-positions", this::save, SAVE_INTERVAL_MS, SAVE_INTERVAL_MS);
    }

    @Override
    public String name() {
        return "Views";
    }

    @Override
    public void onMetadataUpdate(MetadataDelta delta, MetadataImage image, LoaderManifest manifest) {
        TopicsDelta topics = delta.topicsDelta();
        if (topics != null) {
            forget(topics.deletedTopicIds());
            List<TopicImage> changed = topics.changedTopics().keySet().stream()
                    .map(image.topics()::getTopic)
                    .toList();
            changed.forEach(topic -> definition(topic, image).ifPresent(view -> followView(topic, view, image)));
            changed.forEach(topic -> followSource(topic, image));
        }
        if (delta.configsDelta() != null) {
            reconfigure(delta.configsDelta().changes().keySet(), image);
        }
        if (first) {
            first = false;
            deleteStrays();
        }
    }

    private static Optional<ViewDefinition> definition(TopicImage topic, MetadataImage image) {
        return ViewDefinition.of(
                image.configs().configMapForResource(new ConfigResource(ConfigResource.Type.TOPIC, topic.name())));
    }

    private void followView(TopicImage topic, ViewDefinition definition, MetadataImage image) {
        View known = views.get(topic.id());
        if (known == null) {
            open(topic, definition, image);
        } else {
            // Perhaps it is led again.
            sources.all().stream()
                    .filter(source -> known.partitions().stream()
                            .anyMatch(view -> source.views().contains(view)))
                    .forEach(Source::signal);
        }
    }

    private void open(TopicImage topic, ViewDefinition definition, MetadataImage image) {
        View view = new View(
                topic.name(), topic.id(), definition, topic.partitions().size());
        List<Source> shown = new ArrayList<>();
        Map<Uuid, TopicImage> topics = image.topics().topicsById();
        topics.values().stream()
                .filter(each -> definition.pattern().matches(each.name()) && isShown(each, definition, image))
                .forEach(each -> shown.addAll(sourcesOf(each)));
        topic.partitions()
                .keySet()
                .forEach(index -> partitions
                        .find(new TopicPartition(topic.name(), index))
                        .ifPresent(partition -> view.add(index, open(view, partition))));
        view.partitions().forEach(each -> begin(view, each, shown));
        views.put(topic.id(), view);
        patterns.add(definition.pattern(), topic.id());
        shown.forEach(source -> follow(source, view));
        log.info("view={} pattern={} event=view_opened sources={}", view.name(), definition.pattern(), shown.size());
    }

    private ViewPartition open(View view, Partition partition) {
        return new ViewPartition(partition, view, sources, new PositionsFile(file(view, partition), disk));
    }

    private Path file(View view, Partition partition) {
        return directory.resolve(
                view.topicId() + "-" + partition.topicPartition().partition());
    }

    private void begin(View view, ViewPartition partition, List<Source> shown) {
        try {
            boolean known = partition.load();
            if (!known && !view.definition().backfill()) {
                partition.beginBehind(shown.stream()
                        .filter(source -> view.partitionFor(source.topicPartition()) == partition)
                        .toList());
            }
        } catch (IOException e) {
            log.error(
                    "view={} event=view_positions_failed", partition.partition().topicPartition(), e);
        }
        partition.partition().serve(partition);
    }

    private static boolean isShown(TopicImage topic, ViewDefinition definition, MetadataImage image) {
        return definition.shows(topic.name()) && definition(topic, image).isEmpty();
    }

    private void followSource(TopicImage topic, MetadataImage image) {
        List<View> showing = patterns.matching(topic.name()).stream()
                .map(views::get)
                .filter(view -> isShown(topic, view.definition(), image))
                .toList();
        if (!showing.isEmpty()) {
            for (Source source : sourcesOf(topic)) {
                showing.forEach(view -> follow(source, view));
            }
        }
    }

    private List<Source> sourcesOf(TopicImage topic) {
        return topic.partitions().keySet().stream()
                .map(index -> sources.getOrAdd(new SourceId(topic.id(), index), id -> source(topic, id)))
                .toList();
    }

    private Source source(TopicImage topic, SourceId id) {
        TopicPartition topicPartition = new TopicPartition(topic.name(), id.partition());
        return new Source(id, topicPartition, partitions.find(topicPartition).orElse(null), writer);
    }

    private static void follow(Source source, View view) {
        ViewPartition partition = view.partitionFor(source.topicPartition());
        if (partition != null) {
            source.addView(partition);
        }
        source.follow();
    }

    private void forget(Set<Uuid> deleted) {
        for (Uuid topicId : deleted) {
            View view = views.remove(topicId);
            if (view != null) {
                patterns.remove(view.definition().pattern(), topicId);
                close(view);
            }
        }
        sources.all().stream()
                .filter(source -> deleted.contains(source.id().topicId()))
                .forEach(source -> sources.remove(source.id()));
    }

    private void close(View view) {
        for (ViewPartition partition : view.partitions()) {
            try {
                partition.delete();
            } catch (IOException e) {
                log.warn(
                        "view={} event=view_positions_not_deleted",
                        partition.partition().topicPartition(),
                        e);
            }
        }
        for (Source source : sources.all()) {
            source.views().removeAll(view.partitions());
            if (source.views().isEmpty()) {
                source.unfollow();
                sources.remove(source.id());
            }
        }
    }

    private void reconfigure(Collection<ConfigResource> changed, MetadataImage image) {
        for (ConfigResource resource : changed) {
            TopicImage topic = resource.type() == ConfigResource.Type.TOPIC
                    ? image.topics().getTopic(resource.name())
                    : null;
            View view = topic == null ? null : views.get(topic.id());
            if (view != null) {
                definition(topic, image).ifPresent(now -> view.setSourceHeaders(now.sourceHeaders()));
            }
        }
    }

    /** Removes what is left of views that were deleted while this broker did not run. */
    private void deleteStrays() {
        Set<String> known = new HashSet<>();
        views.values().forEach(view -> {
            for (int i = 0; i < view.partitionCount(); i++) {
                known.add(view.topicId() + "-" + i);
            }
        });
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                if (!known.contains(file.getFileName().toString())) {
                    Files.delete(file);
                }
            }
        } catch (IOException e) {
            log.warn("directory={} event=view_positions_not_deleted", directory, e);
        }
    }

    private void save() {
        for (View view : views.values()) {
            for (ViewPartition partition : view.partitions()) {
                try {
                    partition.save();
                } catch (IOException | RuntimeException e) {
                    log.error(
                            "view={} event=view_positions_not_saved",
                            partition.partition().topicPartition(),
                            e);
                }
            }
        }
    }

    /** Stops following; keeps where the views are. */
    @Override
    public void close() throws InterruptedException {
        if (!closed) {
            closed = true;
            writer.close();
            save();
        }
    }

    /**
     * A view, for who wants to look at it.
     *
     * @param sources partitions that it shows
     * @param untaken records that they have committed and it does not show yet, gaps included
     */
    public record State(
            String view,
            Uuid topicId,
            String pattern,
            boolean sourceHeaders,
            int partitions,
            int sources,
            long untaken) {}

    /** Those partitions of views that show a partition. Safe for use from any thread. */
    public List<ViewLog> showing(TopicPartition source) {
        List<ViewLog> showing = new ArrayList<>();
        for (View view : views.values()) {
            ViewDefinition definition = view.definition();
            boolean shown = definition.pattern().matches(source.topic()) && definition.shows(source.topic());
            ViewPartition partition = shown ? view.partitionFor(source) : null;
            if (partition != null) {
                showing.add(partition);
            }
        }
        return showing;
    }

    /** All views, by name. */
    public List<State> states() {
        return views.values().stream()
                .map(this::state)
                .sorted(Comparator.comparing(State::view))
                .toList();
    }

    private State state(View view) {
        int shown = 0;
        long untaken = 0;
        for (Source source : sources.all()) {
            for (ViewPartition partition : source.views()) {
                if (partition.partition().topicId().equals(view.topicId())) {
                    shown++;
                    untaken += partition.lag(source);
                }
            }
        }
        return new State(
                view.name(),
                view.topicId(),
                view.definition().pattern().toString(),
                view.sourceHeaders(),
                view.partitionCount(),
                shown,
                untaken);
    }
}
