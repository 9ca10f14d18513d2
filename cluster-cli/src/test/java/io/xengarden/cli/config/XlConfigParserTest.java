package io.xengarden.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class XlConfigParserTest {
  private static ConfigSettings parse(String text) throws ConfigError {
    ConfigSettings settings = new ConfigSettings();
    XlConfigParser.parse("x.cfg", text, settings);
    return settings;
  }

  private static String error(String text) {
    try {
      parse(text);
      return "no error";
    } catch (ConfigError e) {
      return e.getMessage();
    }
  }

  @Test
  void settingsEndAtLineEndsOrSemicolons() throws ConfigError {
    ConfigSettings settings =
        parse("# first\nname = 'web' # comment\n\n memory=64; vcpus = 2 ;; root='/dev/xvda1'\r\n");
    assertThat(settings.keys()).containsExactly("name", "memory", "vcpus", "root");
    assertThat(settings.string("name", "")).isEqualTo("web");
    assertThat(settings.string("root", "")).isEqualTo("/dev/xvda1");
  }

  @Test
  void numbersAreDecimalHexadecimalOrOctal() throws ConfigError {
    ConfigSettings settings = parse("a=10\nb=0x1F\nc=010\nd='0x10'\ne=0");
    assertThat(settings.number("a", -1)).isEqualTo(10);
    assertThat(settings.number("b", -1)).isEqualTo(31);
    assertThat(settings.number("c", -1)).isEqualTo(8);
    assertThat(settings.number("d", -1)).as("a string may be a number").isEqualTo(16);
    assertThat(settings.number("missing", 7)).isEqualTo(7);
    assertThat(settings.flag("a")).isTrue();
    assertThat(settings.flag("e")).isFalse();
  }

  @Test
  void stringsHaveEscapes() throws ConfigError {
    ConfigSettings settings = parse("a = \"q\\\"\\'\\\\\\n\\t\\x41\\101\"\nb='#not;a=comment'");
    assertThat(settings.string("a", "")).isEqualTo("q\"'\\\n\tAA");
    assertThat(settings.string("b", "")).isEqualTo("#not;a=comment");
  }

  @Test
  void listsMayStretchOverLinesAndEndInAComma() throws ConfigError {
    ConfigSettings settings = parse("disk = [ # two\n 'a',\n\n  'b' , ]\nvif=[]\ncpus=[0,\n1]");
    assertThat(settings.strings("disk"))
        .extracting(ConfigValue.Atom::text)
        .containsExactly("a", "b");
    assertThat(settings.strings("vif")).isEmpty();
    assertThat(settings.strings("cpus"))
        .extracting(ConfigValue.Atom::text)
        .containsExactly("0", "1");
    assertThat(settings.strings("disk").get(1).at()).isEqualTo(new Position("x.cfg", 4, 3));
  }

  @Test
  void plusEqualsAppendsToItsOwnKind() throws ConfigError {
    ConfigSettings settings =
        parse("disk=['a']\ndisk += ['b']\nextra='x'\nextra += ' y'\nnew += ['z']");
    assertThat(settings.strings("disk")).hasSize(2);
    assertThat(settings.string("extra", "")).isEqualTo("x y");
    assertThat(settings.strings("new")).hasSize(1);
    assertThat(error("a=['b']\na += 'c'"))
        .isEqualTo("x.cfg:2:6: cannot append a string to a list: a");
  }

  @Test
  void theLastAssignmentWins() throws ConfigError {
    assertThat(parse("memory=1\nmemory=2").number("memory", 0)).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      textBlock =
          """
          name                | x.cfg:1:5: expected `=', not the end
          name = web          | x.cfg:1:8: expected a string, a number or `[', not a word: strings need quotes
          name = 'web         | x.cfg:1:8: this string has no closing '
          name = "a\\q"       | x.cfg:1:11: invalid character after backslash in quoted string
          memory = 0x         | x.cfg:1:10: `0x' is not a valid number
          memory = 08         | x.cfg:1:10: `08' is not a valid number
          memory = 99999999999999999999 | x.cfg:1:10: `99999999999999999999' is not a valid number
          Name = 'x'          | x.cfg:1:1: expected a key, not `N'
          a = 1 b = 2         | x.cfg:1:7: expected the end of the line or `;', not `b'
          disk = [ 'a' 'b' ]  | x.cfg:1:14: expected `,' or `]', not `''
          disk = [ ['a'] ]    | x.cfg:1:10: a list inside a list is not allowed here
          disk = [ 'a',       | x.cfg:1:14: expected a string, a number or `]', not the end
          name = 'vm' + 'x'   | x.cfg:1:13: lexical error at `+': this looks like Python, which xl does not read
          name = 'vm%d' % 3   | x.cfg:1:15: lexical error at `%': this looks like Python, which xl does not read
          x = (1)             | x.cfg:1:5: lexical error at `(': this looks like Python, which xl does not read
          def f():            | x.cfg:1:5: expected `=', not `f'
          a = 1.5             | x.cfg:1:6: lexical error at `.': this looks like Python, which xl does not read
          """)
  void anErrorSaysWhereAndWhat(String text, String message) {
    assertThat(error(text)).isEqualTo(message);
  }

  @Test
  void aLineEndInsideAStringIsAnError() {
    assertThat(error("a = 'b\nc'")).isEqualTo("x.cfg:1:5: this string has no closing '");
    assertThat(error("a =\n'b'"))
        .isEqualTo("x.cfg:1:4: expected a string, a number or `[', not the end of the line");
  }

  @Test
  void aValueOfAnotherKindIsNamedWhenItIsUsed() throws ConfigError {
    ConfigSettings settings = parse("\nname = ['a']\nmemory='lots'");
    assertThatThrownBy(() -> settings.string("name", ""))
        .hasMessage("x.cfg:2:8: parameter `name' is a list, not a string");
    assertThatThrownBy(() -> settings.number("memory", 0))
        .hasMessage("x.cfg:3:8: parameter `memory' is not a valid number");
  }
}
