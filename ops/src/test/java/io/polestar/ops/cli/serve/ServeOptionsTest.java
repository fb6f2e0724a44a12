package io.polestar.ops.cli.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class ServeOptionsTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "--data d",
                "--data=d --http=a:0",
                "--listen [::1]:0 --config a/b.yaml",
                "--set a=b --set=c=d=e --set a=f --set g=",
                "--http 127.0.0.1:0 --set listeners=A://a:1,B://b:2"
            })
    void shouldReadWhatPicocliReadsWhenTheLineIsPlain(String line) {
        ServeCommand read = new ServeCommand();
        new CommandLine(read).parseArgs(words(line).toArray(String[]::new));

        assertEquals(Optional.of(read.options()), ServeOptions.plain(words(line)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--help",
                "x",
                "--data",
                "--data a --data b",
                "--data --http",
                "--listen a",
                "--set a",
                "--seti a=b"
            })
    void shouldLeaveTheLineToPicocliWhenItIsNotPlain(String line) {
        assertEquals(Optional.empty(), ServeOptions.plain(words(line)));
    }

    private static List<String> words(String line) {
        return line.isEmpty() ? List.of() : List.of(line.split(" "));
    }
}
