package io.polestar.ops.example;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Reads daily weather: each row becomes a temperature, a precipitation and a wind observation. */
final class WeatherCsv {
    private static final String HEADER = "location,date,precipitation,temp_max,temp_min,wind,weather";

    private WeatherCsv() {}

    /** The rows that ship with the program; their SOURCE.md lies beside them. */
    static List<Observation> shipped() throws IOException {
        try (InputStream csv = WeatherCsv.class.getResourceAsStream("weather.csv")) {
            return read(new InputStreamReader(csv, UTF_8));
        }
    }

    /** @throws IOException if it cannot be read, or a line does not look like the shipped file's; the message names it */
    static List<Observation> read(Reader csv) throws IOException {
        BufferedReader lines = new BufferedReader(csv);
        if (!HEADER.equals(lines.readLine())) {
            throw new IOException("line 1 is not " + HEADER);
        }
        List<Observation> observations = new ArrayList<>();
        int number = 1;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            number++;
            try {
                addRow(line.split(",", -1), observations);
            } catch (RuntimeException e) {
                throw new IOException("line " + number + " is no row of weather: " + line, e);
            }
        }
        return observations;
    }

    private static void addRow(String[] cells, List<Observation> observations) {
        String city = cells[0].toLowerCase(Locale.ROOT).replace(' ', '-');
        LocalDate date = LocalDate.parse(cells[1]);
        double precipitation = Double.parseDouble(cells[2]);
        double max = Double.parseDouble(cells[3]);
        double min = Double.parseDouble(cells[4]);
        double wind = Double.parseDouble(cells[5]);
        add(observations, "temperature", city, date, "\"maxCelsius\":" + max + ",\"minCelsius\":" + min);
        add(
                observations,
                "precipitation",
                city,
                date,
                "\"millimetres\":" + precipitation + ",\"kind\":\"" + cells[6] + '"');
        add(observations, "wind", city, date, "\"metresPerSecond\":" + wind);
    }

    private static void add(
            List<Observation> observations, String measure, String city, LocalDate date, String fields) {
        observations.add(new Observation(
                "weather." + measure + "." + city,
                date.atStartOfDay(ZoneOffset.UTC).toInstant().toEpochMilli(),
                "{\"date\":\"" + date + "\"," + fields + "}"));
    }
}
