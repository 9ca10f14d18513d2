package io.xengarden.domain.pebble.shell;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.domain.pebble.shell.Words.Command;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;

class WordsProperties {
  private static List<Command> commands(String line) {
    assertThat(Words.parse(line, 7).error()).isEmpty();
    return Words.parse(line, 7).commands();
  }

  private static Command foreground(String... words) {
    return new Command(List.of(words), false);
  }

  @Example
  void separatesWordsAndCommands() {
    assertThat(commands("")).isEmpty();
    assertThat(commands("  \t ")).isEmpty();
    assertThat(commands(" ls  -l ")).containsExactly(foreground("ls", "-l"));
    assertThat(commands("a;b c;")).containsExactly(foreground("a"), foreground("b", "c"));
    assertThat(commands("a & b")).containsExactly(new Command(List.of("a"), true), foreground("b"));
  }

  @Example
  void quotesKeepBlanksAndSeparators() {
    assertThat(commands("echo 'a; b'\"c & d\"e")).containsExactly(foreground("echo", "a; bc & de"));
    assertThat(commands("echo ''")).containsExactly(foreground("echo", ""));
  }

  @Example
  void theStatusIsPutInOutsideOfSingleQuotes() {
    assertThat(commands("echo $? \"=$?\" '$?' $x"))
        .containsExactly(foreground("echo", "7", "=7", "$?", "$x"));
  }

  @Example
  void saysWhatIsWrong() {
    assertThat(Words.parse("echo 'x", 0).error()).isEqualTo("sh: unterminated quote");
    assertThat(Words.parse("echo \"x", 0).error()).isEqualTo("sh: unterminated quote");
    assertThat(Words.parse("; x", 0).error())
        .isEqualTo("sh: syntax error near unexpected token ';'");
    assertThat(Words.parse("a && b", 0).error())
        .isEqualTo("sh: syntax error near unexpected token '&'");
  }

  @Example
  void takesWorkloadsOutOfACommandLine() {
    assertThat(Words.split("root=/dev/xvda run='diskcheck xvda --forever' quiet"))
        .containsExactly("root=/dev/xvda", "run=diskcheck xvda --forever", "quiet");
  }

  @Property
  void anyLineGivesCommandsOrOneError(@ForAll @StringLength(max = 60) String line) {
    Words.Line parsed = Words.parse(line, 0);
    assertThat(parsed.error().isEmpty() || parsed.commands().isEmpty()).isTrue();
    assertThat(parsed.commands()).allMatch(command -> !command.words().isEmpty());
    assertThat(Words.split(line)).isNotNull();
  }

  @Property
  void whatIsQuotedComesBackAsItWas(
      @ForAll @StringLength(max = 40) @CharRange(from = ' ', to = '~') String text) {
    String quotable = text.replace("'", "");
    assertThat(commands("echo '" + quotable + "'")).containsExactly(foreground("echo", quotable));
  }

  @Property
  void mixedSyntaxNeverThrows(
      @ForAll @StringLength(max = 30) @Chars({'\'', '"', ';', '&', '$', '?', ' ', 'a'})
          String line) {
    Words.Line parsed = Words.parse(line, 1);
    assertThat(parsed.error().isEmpty() || parsed.error().startsWith("sh: ")).isTrue();
  }
}
