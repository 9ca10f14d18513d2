package io.xengarden.domain.pebble.programs;

import io.xengarden.domain.pebble.console.Terminal;
import io.xengarden.domain.pebble.image.Task;
import io.xengarden.domain.pebble.kernel.Entry;
import io.xengarden.domain.pebble.kernel.Routine;
import io.xengarden.domain.pebble.kernel.Vcpu;
import io.xengarden.domain.pebble.programs.operand.Arguments;
import java.util.List;

/** echo [-n] WORD... */
public final class Echo extends Routine<Echo.At> {
  private static final int PRINTED = 0;
  private static final int CHUNK = 300;

  /** Its steps. */
  public enum At {
    PRINT
  }

  public Echo() {
    super(Entry.ECHO, At.class);
  }

  @Override
  public int locals() {
    return 1;
  }

  @Override
  protected void step(At at, Vcpu v) {
    Task task = v.task();
    List<String> words = Arguments.of(v).words();
    boolean bare = words.size() > 1 && words.get(1).equals("-n");
    String text = String.join(" ", words.subList(bare ? 2 : 1, words.size())) + (bare ? "" : "\n");
    int from = (int) task.local(PRINTED);
    int to = task.is(Task.BACKGROUND) ? text.length() : Math.min(text.length(), from + CHUNK);
    if (from == to) {
      v.ret(0);
    } else if (Terminal.print(v, text.substring(from, to))) {
      task.local(PRINTED, to);
    }
  }
}
