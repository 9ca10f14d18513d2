package io.xengarden.cli.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class XmConfigParserTest {
  private static ConfigSettings parse(String text) throws ConfigError {
    ConfigSettings settings = new ConfigSettings();
    XmConfigParser.parse("vm", text, settings);
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
  void pythonLiteralsAreRead() throws ConfigError {
    ConfigSettings settings =
        parse(
            """
            # -*- mode: python; -*-
            name = "web"
            memory = 64
            Vnc = True
            sdl = False
            vcpus = (2)
            disk = [ 'phy:hda1,hda1,w',
                     "file:/x,"   # side by side
                     'hda2,r', ]
            vif = ( 'bridge=xenbr0', )
            extra = '''two
            lines'''
            root = \\
              "/dev/hda1"
            nothing = None
            below = -1
            """);
    assertThat(settings.number("vcpus", 0)).isEqualTo(2);
    assertThat(settings.number("Vnc", 0)).isEqualTo(1);
    assertThat(settings.flag("sdl")).isFalse();
    assertThat(settings.strings("disk"))
        .extracting(ConfigValue.Atom::text)
        .containsExactly("phy:hda1,hda1,w", "file:/x,hda2,r");
    assertThat(settings.strings("vif")).hasSize(1);
    assertThat(settings.string("extra", "")).isEqualTo("two\nlines");
    assertThat(settings.string("root", "")).isEqualTo("/dev/hda1");
    assertThat(settings.string("nothing", "x")).isEmpty();
    assertThat(settings.number("below", 0)).isEqualTo(-1);
  }

  @Test
  void stringsAreFormattedWithNamesSetBefore() throws ConfigError {
    ConfigSettings settings =
        parse(
            """
            id = 7
            name = "vm%d" % id
            mac = 'mac=00:16:3e:00:00:%02x' % (id)
            both = "%s-%03i 100%%" % (name, id)
            """);
    assertThat(settings.string("name", "")).isEqualTo("vm7");
    assertThat(settings.string("mac", "")).isEqualTo("mac=00:16:3e:00:00:07");
    assertThat(settings.string("both", "")).isEqualTo("vm7-007 100%");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      textBlock =
          """
          import os              | vm:1:1: `import' begins no assignment: only NAME = VALUE is read here, not Python
          print("x")             | vm:1:1: `print' begins no assignment: only NAME = VALUE is read here, not Python
          a = b                  | vm:1:5: name `b' is not defined
          a = 'x' + 'y'          | vm:1:9: expected the end of the line, not `+'
          a = "%d" % 'x'         | vm:1:10: `x' is not a number, as `%d' needs
          a = "%d %d" % 1        | vm:1:13: not enough values for the format `%d %d'
          a = "x" % 1            | vm:1:9: not all values are used by the format `x'
          a = "%99999d" % 1      | vm:1:15: the format `%99999d' is too wide
          a = "%q" % 1           | vm:1:10: the format `%q' is not understood
          a = [1, 2              | vm:1:10: expected `,' or `]', not the end
          a = [[[[[[[[[1]]]]]]]]] | vm:1:13: nested too deeply
          a = '''x               | vm:1:5: this string has no closing '''
          a == 1                 | vm:1:1: `a' begins no assignment: only NAME = VALUE is read here, not Python
          """)
  void whatNeedsAnInterpreterIsRefusedByName(String text, String message) {
    assertThat(error(text)).isEqualTo(message);
  }

  @Test
  void aValueThatGrowsByDoublingIsStopped() {
    StringBuilder text = new StringBuilder("a = 'xxxxxxxxxxxxxxxx'\n");
    for (int i = 0; i < 40; i++) {
      text.append("a = '%s%s' % (a, a)\n");
    }
    assertThat(error(text.toString())).endsWith("is too long");
    StringBuilder lists = new StringBuilder("b = [1, 2]\n");
    for (int i = 0; i < 40; i++) {
      lists.append("b += b\n");
    }
    assertThat(error(lists.toString())).endsWith("is too long");
  }
}
