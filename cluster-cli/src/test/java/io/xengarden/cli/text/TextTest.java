package io.xengarden.cli.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xengarden.cli.text.Getopt.BadOption;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextTest {
  @Property
  void columnsAreThoseOfPrintf(
      @ForAll String text, @ForAll long number, @ForAll @IntRange(min = 1, max = 50) int width) {
    String row = new Row().left(text, width).text(" ").right(number, width).toString();
    assertThat(row).isEqualTo(String.format("%-" + width + "s %" + width + "d", text, number));
  }

  @Property(tries = 5000)
  void tenthsAreTheExactValueRoundedHalfToEven(
      @ForAll @LongRange(min = 0, max = 1L << 49) long number,
      @ForAll @IntRange(min = 1, max = 1 << 20) int divisor) {
    double value = (double) number / divisor;
    assertThat(new Row().tenths(value, 0).toString())
        .isEqualTo(new BigDecimal(value).setScale(1, RoundingMode.HALF_EVEN).toPlainString());
  }

  @Property
  void tiesGoToTheEvenTenth(@ForAll @LongRange(min = 0, max = 1L << 40) long twentieths) {
    // Of the odd twentieths only quarters are exact in binary, so only those are true ties.
    double value = twentieths / 4.0;
    assertThat(new Row().tenths(value, 0).toString())
        .isEqualTo(new BigDecimal(value).setScale(1, RoundingMode.HALF_EVEN).toPlainString());
  }

  @Test
  void rowsDoNotDependOnTheLocale() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.GERMANY);
      assertThat(new Row().tenths(1234.56, 8)).hasToString("  1234.6");
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void jsonIsWrittenCompactOrAsYajlDoes() {
    Json json =
        Json.fields()
            .with("a", 1)
            .with("b", "q\"\\\n\u0001")
            .with("c", Json.array(List.of(new Json.Bool(true), new Json.Null())))
            .with("d", Json.fields());
    assertThat(json.compact())
        .isEqualTo("{\"a\":1,\"b\":\"q\\\"\\\\\\n\\u0001\",\"c\":[true,null],\"d\":{}}");
    assertThat(json.pretty())
        .isEqualTo(
            """
            {
                "a": 1,
                "b": "q\\"\\\\\\n\\u0001",
                "c": [
                    true,
                    null
                ],
                "d": {}
            }\
            """);
  }

  @Property
  void anyStringSurvivesJson(@ForAll String text) throws JsonError {
    Json json = Json.fields().with(text, text);
    assertThat(Json.parse(json.compact())).isEqualTo(json);
    assertThat(Json.parse(json.pretty())).isEqualTo(json);
  }

  @Property
  void anyTextIsJsonOrRefused(@ForAll String text) {
    try {
      Json json = Json.parse(text);
      assertThat(Json.parse(json.compact())).isEqualTo(json);
    } catch (JsonError e) {
      assertThat(e.getMessage()).matches("[^\\n]+ at character [0-9]+");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[1,]",
        "{\"a\":}",
        "{\"a\" 1}",
        "\"x",
        "\"\\q\"",
        "\"\\u12\"",
        "\"\\u12zz\"",
        "tru",
        "1 2",
        "-",
        "\"a\nb\""
      })
  void whatIsNotJsonIsRefused(String text) {
    assertThatThrownBy(() -> Json.parse(text)).isInstanceOf(JsonError.class);
  }

  @Test
  void deepNestingIsRefused() {
    assertThatThrownBy(() -> Json.parse("[".repeat(100_000)))
        .hasMessageStartingWith("nested too deeply");
  }

  @Test
  void sExpressionsAreLaidOutAsXendDoes() {
    Sxp sxp =
        Sxp.of("vm", "head")
            .with("name", "a b")
            .with(Sxp.of("empty"))
            .with(Sxp.of("image", Sxp.of("linux").with("args", "it's")))
            .with("cpus", new Sxp.Raw("(())"));
    assertThat(sxp.pretty())
        .isEqualTo(
            """
            (vm head
                (name 'a b')
                (empty)
                (image
                    (linux
                        (args 'it\\'s')
                    )
                )
                (cpus (()))
            )\
            """);
  }

  private static Getopt.Parsed parse(String... args) throws BadOption {
    return Getopt.parse("pf:w", Map.of("paused", 'p', "file", 'f'), List.of(args));
  }

  @Test
  void optionsAndOperandsMayMix() throws BadOption {
    Getopt.Parsed parsed = parse("a", "-pw", "-f", "x", "b", "--file=y", "-fz", "-w", "--", "-p");
    assertThat(parsed.operands()).containsExactly("a", "b", "-p");
    assertThat(parsed.has('p')).isTrue();
    assertThat(parsed.count('w')).isEqualTo(2);
    assertThat(parsed.value('f')).isEqualTo("z");
    assertThat(parse("-", "--paused", "--file", "v").operands()).containsExactly("-");
  }

  @Test
  void badOptionsAreNamed() {
    assertThatThrownBy(() -> parse("-q"))
        .isInstanceOfSatisfying(
            BadOption.class,
            e -> {
              assertThat(e.name()).isEqualTo("q");
              assertThat(e.inPythonsWords()).isEqualTo("option -q not recognized");
            });
    assertThatThrownBy(() -> parse("-f"))
        .isInstanceOfSatisfying(
            BadOption.class,
            e -> assertThat(e.inPythonsWords()).isEqualTo("option -f requires argument"));
    assertThatThrownBy(() -> parse("--paused=1")).isInstanceOf(BadOption.class);
    assertThatThrownBy(() -> parse("-:")).isInstanceOf(BadOption.class);
  }
}
