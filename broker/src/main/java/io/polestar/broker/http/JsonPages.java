package io.polestar.broker.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the HTTP server shows in JSON, and what may be changed through it. Parts add their pages as they start; asked on the HTTP event loop. Safe for use from
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

    /** What may be done to a page; asked on the event loop, must not block. */
    public interface Changes {

        /**
         * @param method POST or DELETE
         * @param rest as for the page
         * @param body what was sent; empty if nothing was
         */
        CompletionStage<Outcome> apply(String method, String rest, Map<String, Object> body);
    }

    /**
     * How a change went.
     *
     * @param status of HTTP
     * @param content what Jackson can write
     */
    public record Outcome(int status, Object content) {
        public static Outcome problem(int status, String message) {
            return new Outcome(status, Map.of("error", message));
        }
    }

    /** Loaded with the first page: Jackson's classes are a tenth of a cold start. */
    private static final class Json {
        static final ObjectMapper MAPPER = new ObjectMapper();
        static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};
    }

    private final Map<String, Page> pages = new ConcurrentHashMap<>();
    private final Map<String, Changes> changes = new ConcurrentHashMap<>();

    /** @param path such as {@code /v1/topics} */
    public void add(String path, Page page) {
        pages.put(path, page);
    }

    /** As {@link #add(String, Page)}, of a page that can be changed. */
    public void add(String path, Page page, Changes change) {
        changes.put(path, change);
        pages.put(path, page);
    }

    /** The page's text; empty if there is none. */
    Optional<String> find(String path, Map<String, List<String>> query) {
        return in(pages, path)
                .flatMap(page -> page.getValue().at(rest(path, page.getKey()), query))
                .map(JsonPages::text);
    }

    /** Empty if nothing can be changed there. */
    Optional<CompletionStage<Outcome>> change(String method, String path, String body) {
        return in(changes, path).map(each -> {
            try {
                Map<String, Object> object = body.isBlank() ? Map.of() : Json.MAPPER.readValue(body, Json.OBJECT);
                return each.getValue().apply(method, rest(path, each.getKey()), object);
            } catch (JsonProcessingException e) {
                return CompletableFuture.completedFuture(Outcome.problem(400, "The body is no JSON object"));
            }
        });
    }

    private static <T> Optional<Map.Entry<String, T>> in(Map<String, T> all, String path) {
        return all.entrySet().stream()
                .filter(each -> path.equals(each.getKey()) || path.startsWith(each.getKey() + "/"))
                .findFirst();
    }

    private static String rest(String path, String page) {
        return path.length() > page.length() ? path.substring(page.length() + 1) : "";
    }

    static String text(Object content) {
        try {
            return Json.MAPPER.writeValueAsString(content) + "\n";
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
