package io.polestar.protocol.pattern;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Which of many patterns match a topic: a trie over levels, so that a topic is matched without a look at the patterns that
 * differ from it. Any thread may read, without a lock, while others change it; changes take turns on the index's monitor. A
 * reader sees every registration that was complete before it began.
 *
 * @param <T> what is registered for a pattern; compared by {@code equals}
 */
public final class PatternIndex<T> {
    private final Node<T> root = new Node<>();
    private int size;

    /** One level of the patterns that begin alike. */
    private static final class Node<T> {
        private final Map<String, Node<T>> children = new ConcurrentHashMap<>(2);
        private final Set<T> values = ConcurrentHashMap.newKeySet(1);

        boolean isEmpty() {
            return children.isEmpty() && values.isEmpty();
        }
    }

    /** @return false if the same value is registered for the same pattern already */
    public synchronized boolean add(TopicPattern pattern, T value) {
        Node<T> node = root;
        for (String level : pattern.levels()) {
            node = node.children.computeIfAbsent(level, absent -> new Node<>());
        }
        boolean added = node.values.add(value);
        size += added ? 1 : 0;
        return added;
    }

    /** @return false if the value was not registered for the pattern */
    public synchronized boolean remove(TopicPattern pattern, T value) {
        List<String> levels = pattern.levels();
        List<Node<T>> path = new ArrayList<>();
        Node<T> node = root;
        for (String level : levels) {
            path.add(node);
            node = node.children.get(level);
            if (node == null) {
                return false;
            }
        }
        if (!node.values.remove(value)) {
            return false;
        }
        size--;
        prune(path, levels, node);
        return true;
    }

    private static <T> void prune(List<Node<T>> path, List<String> levels, Node<T> leaf) {
        Node<T> child = leaf;
        for (int i = path.size() - 1; i >= 0 && child.isEmpty(); i--) {
            path.get(i).children.remove(levels.get(i));
            child = path.get(i);
        }
    }

    /** How many registrations there are. */
    public synchronized int size() {
        return size;
    }

    /** How many levels of patterns are kept, apart from the root. */
    synchronized int nodes() {
        return nodesBelow(root);
    }

    private static int nodesBelow(Node<?> node) {
        return node.children.values().stream()
                .mapToInt(child -> 1 + nodesBelow(child))
                .sum();
    }

    /** The values of all patterns that match a topic, one for each of its registrations, in no order. */
    public List<T> matching(String topic) {
        List<T> found = new ArrayList<>();
        forEachMatching(topic, found::add);
        return found;
    }

    /** Tells each value of the patterns that match a topic; a value registered for several of them more than once. */
    public void forEachMatching(String topic, Consumer<? super T> action) {
        visit(root, topic, 0, action);
    }

    private static <T> void visit(Node<T> node, String topic, int start, Consumer<? super T> action) {
        Node<T> rest = node.children.get(TopicPattern.REST);
        if (rest != null) {
            rest.values.forEach(action);
        }
        int dot = topic.indexOf('.', start);
        String level = topic.substring(start, dot < 0 ? topic.length() : dot);
        descend(node.children.get(TopicPattern.ONE), topic, dot, action);
        if (!level.equals(TopicPattern.ONE) && !level.equals(TopicPattern.REST)) {
            descend(node.children.get(level), topic, dot, action);
        }
    }

    private static <T> void descend(Node<T> node, String topic, int dot, Consumer<? super T> action) {
        if (node == null) {
            return;
        }
        if (dot < 0) {
            node.values.forEach(action);
        } else {
            visit(node, topic, dot + 1, action);
        }
    }
}
