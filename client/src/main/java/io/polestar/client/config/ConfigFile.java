package io.polestar.client.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads JSON or YAML into maps, lists and texts, with environment variables put in. */
final class ConfigFile {
    private final Environment environment;

    ConfigFile(Environment environment) {
        this.environment = environment;
    }

    /** @throws InvalidOptionException if it cannot be read or parsed; the message names the file and the place in it */
    Map<String, Object> read(Path file) {
        try {
            return parse(file.toString(), Files.readString(file));
        } catch (IOException e) {
            throw new InvalidOptionException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** @param name for messages; if it ends in {@code .json} the text must be JSON, else YAML, which JSON is too */
    Map<String, Object> parse(String name, String text) {
        ObjectMapper mapper = name.endsWith(".json") ? new ObjectMapper() : new ObjectMapper(new YAMLFactory());
        mapper.enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
        mapper.enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
        try {
            JsonNode root = mapper.readTree(text);
            if (root.isMissingNode() || root.isNull()) {
                return Map.of();
            }
            if (!root.isObject()) {
                throw new InvalidOptionException(name + ": holds no map of options");
            }
            return options(name, root);
        } catch (JsonProcessingException e) {
            throw new InvalidOptionException(
                    name + ": line " + e.getLocation().getLineNr() + ": " + e.getOriginalMessage(), e);
        }
    }

    private Map<String, Object> options(String name, JsonNode root) {
        try {
            return map("", root);
        } catch (InvalidOptionException e) {
            throw new InvalidOptionException(name + ": " + e.getMessage(), e);
        }
    }

    private Map<String, Object> map(String place, JsonNode node) {
        Map<String, Object> map = new LinkedHashMap<>();
        node.properties().forEach(field -> {
            String option = place + field.getKey();
            map.put(field.getKey(), value(option, field.getValue()));
        });
        return map;
    }

    private Object value(String option, JsonNode node) {
        if (node.isObject()) {
            return map(option + ".", node);
        }
        if (node.isArray()) {
            List<Object> list = new ArrayList<>();
            node.forEach(element -> list.add(value(option, element)));
            return list;
        }
        return node.isNull() ? null : environment.expand(option, node.asText());
    }
}
