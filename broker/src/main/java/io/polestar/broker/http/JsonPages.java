package io.polestar.broker.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the HTTP server shows in JSON. Parts add their pages as they start; asked on the HTTP event loop. Safe for use from
 * any thread.
 */
public final class JsonPages {

    /** A page and those below it; must not block. */
    public interface Page {

        /**
         * @param rest the path behind the page's own, without the slash between; empty for the page itself
         * @return what Jackson can write; empty if there is no such page
         */
        Optional<?> at(String rest);

        /**
         * As {@link #at(String)}, for a page that can be asked for a part.
         *
         * @param query the parameters behind the question mark
         * @throws IllegalArgumentException if it does not understand one
         */
        default Optional<?> at(String rest, Map<String, List<String>> query) {
            return at(rest);
        }
    }

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, Page> pages = new ConcurrentHashMap<>();

    /** @param path such as {@code /v1/topics} */
    public void add(String path, Page page) {
        pages.put(path, page);
    }

    /** The page's text; empty if there is none. */
    Optional<String> find(String path, Map<String, List<String>> query) {
        return pages.entrySet().stream()
                .filter(page -> path.equals(page.getKey()) || path.startsWith(page.getKey() + "/"))
                .findFirst()
                .flatMap(page -> page.getValue().at(rest(path, page.getKey()), query))
                .map(JsonPages::text);
    }

    private static String rest(String path, String page) {
        return path.length() > page.length() ? path.substring(page.length() + 1) : "";
    }

    private static String text(Object content) {
        try {
            return JSON.writeValueAsString(content) + "\n";
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
