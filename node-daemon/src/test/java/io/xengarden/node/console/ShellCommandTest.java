package io.xengarden.node.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShellCommandTest {
  @Test
  void wordsAreJoinedAsTheyWouldBeTyped() throws Exception {
    assertThat(ShellCommand.of(List.of("echo", "'a  b'", "\"it's\"")).text())
        .isEqualTo("echo 'a  b' \"it's\"");
  }

  /** Each of these would end the line, the marks around the command, or the shell's patience. */
  @ParameterizedTest
  @ValueSource(strings = {"", "   ", "echo 'a", "echo \"a'", "echo a\necho b", "a\u0003", "a\rb"})
  void whatWouldSpoilTheLineIsRefused(String command) {
    assertThatThrownBy(() -> ShellCommand.of(List.of(command)))
        .isInstanceOf(ShellCommand.NotTypeable.class);
  }

  @Test
  void aCommandMayHave512BytesAndNotOneMore() throws Exception {
    String longest = "é".repeat(ShellCommand.MAX_BYTES / 2);
    assertThat(ShellCommand.of(List.of(longest)).text()).isEqualTo(longest);
    assertThatThrownBy(() -> ShellCommand.of(List.of(longest + "x")))
        .hasMessageContaining("512 bytes");
  }
}
