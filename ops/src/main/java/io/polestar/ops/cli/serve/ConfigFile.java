package io.polestar.ops.cli.serve;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.polestar.ops.cli.CliException;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.StringJoiner;

/** A broker's config file as flat names and text values: .properties, .yaml, .yml or .json by its name. */
final class ConfigFile {

    private ConfigFile() {}

    /**
     * Reads a file. Nested maps become dotted names, lists comma-separated values, and no value an empty one.
     *
     * @throws CliException if it cannot be read or parsed; the line names the file, and the place in it if known
     */
    static Map<String, String> read(Path file) {
        try {
            return parse(file);
        } catch (JsonProcessingException e) {
            throw CliException.refused(file + ": " + place(e) + e.getOriginalMessage(), e);
        } catch (NoSuchFileException e) {
            throw CliException.refused(file + ": no such config file", e);
        } catch (IOException | IllegalArgumentException e) {
            throw CliException.refused(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private static Map<String, String> parse(Path file) throws IOException {
        String name = file.getFileName().toString();
        String suffix = name.substring(name.lastIndexOf('.') + 1);
        return switch (suffix) {
            case "properties" -> properties(file);
            case "yaml", "yml" -> tree(file, new ObjectMapper(new YAMLFactory()));
            case "json" -> tree(file, new ObjectMapper());
            default ->
                throw CliException.refused(file + ": a config file's name ends in .properties, .yaml, .yml or .json");
        };
    }

    private static Map<String, String> properties(Path file) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        }
        Map<String, String> flat = new LinkedHashMap<>();
        properties.stringPropertyNames().forEach(name -> flat.put(name, properties.getProperty(name)));
        return flat;
    }

    private static Map<String, String> tree(Path file, ObjectMapper mapper) throws IOException {
        mapper.enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
        mapper.enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
        JsonNode root;
        try (Reader reader = Files.newBufferedReader(file)) {
            root = mapper.readTree(reader);
        }
        Map<String, String> flat = new LinkedHashMap<>();
        if (!root.isMissingNode() && !root.isNull()) {
            if (!root.isObject()) {
                throw CliException.refused(file + ": holds a " + root.getNodeType() + ", allowed: a map of properties");
            }
            flatten("", root, flat);
        }
        return flat;
    }

    private static void flatten(String prefix, JsonNode object, Map<String, String> flat) {
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            String name = prefix + field.getKey();
            JsonNode value = field.getValue();
            if (value.isObject()) {
                flatten(name + ".", value, flat);
            } else {
                flat.put(name, text(value));
            }
        }
    }

    private static String text(JsonNode value) {
        if (value.isArray()) {
            StringJoiner list = new StringJoiner(",");
            value.forEach(element -> list.add(text(element)));
            return list.toString();
        }
        return value.isNull() ? "" : value.asText();
    }

    private static String place(JsonProcessingException e) {
        return e.getLocation() == null ? "" : "line " + e.getLocation().getLineNr() + ": ";
    }
}
