package io.xengarden.cli.garden;

import com.google.protobuf.ByteString;
import io.xengarden.cli.console.ConsoleCall;
import io.xengarden.cli.toolstack.Target;
import io.xengarden.cli.toolstack.ToolstackFailure;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** An adapter: types one command at a guest's console and reads until its answer comes. */
final class ConsoleProbe {
  static final long ANSWER_SECONDS = 30;

  private final Target target;
  private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
  private String awaited;

  ConsoleProbe(Target target) {
    this.target = target;
  }

  /**
   * Types {@code echo word}. Returns what the console showed up to the answer, or until time was
   * up.
   */
  String echo(String word) throws ToolstackFailure {
    awaited = word;
    ConsoleCall call = ConsoleCall.open(target, this::take);
    try {
      byte[] keys = ("\recho " + word + "\r").getBytes(StandardCharsets.UTF_8);
      call.type(keys, keys.length);
      awaitAnswer();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      call.detach();
    }
    return text();
  }

  private synchronized void take(ByteString data) {
    shown.writeBytes(data.toByteArray());
    notifyAll();
  }

  private synchronized void awaitAnswer() throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(ANSWER_SECONDS);
    while (!isAnswered(text(), awaited)) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        return;
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
  }

  /**
   * Whether the word stands on a line other than as the command that was typed. A prompt may stand
   * before it: what is typed ahead is echoed before the shell reads it.
   */
  static boolean isAnswered(String shown, String word) {
    return shown
        .lines()
        .map(String::strip)
        .anyMatch(line -> line.endsWith(word) && !line.endsWith("echo " + word));
  }

  private synchronized String text() {
    return shown.toString(StandardCharsets.UTF_8);
  }
}
