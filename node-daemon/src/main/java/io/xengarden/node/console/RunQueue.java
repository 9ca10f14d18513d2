package io.xengarden.node.console;

import akka.actor.typed.ActorRef;
import io.xengarden.node.console.RunFeed.RunEnded;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The commands to run on one console, one at a time. The first in the queue types its line when the
 * shell shows its prompt.
 */
final class RunQueue {
  /** Commands that run or wait on one console. */
  static final int MAX_RUNS = 64;

  private static final byte[] INTERRUPT = {3};

  /** ^U forgets a line that somebody has begun to type; the empty line brings a prompt. */
  private static final byte[] ASK_FOR_PROMPT = {21, '\r'};

  private final Consumer<byte[]> keyboard;
  private final PromptWatch prompt = new PromptWatch();
  private final Deque<CommandRun> waiting = new ArrayDeque<>();

  /** Those that ended and whose clients have not read to the end. */
  private final List<CommandRun> unread = new ArrayList<>();

  private CommandRun running;

  /**
   * @param keyboard types into the guest
   */
  RunQueue(Consumer<byte[]> keyboard) {
    this.keyboard = keyboard;
  }

  boolean isFull() {
    return waiting.size() + unread.size() >= MAX_RUNS;
  }

  /** Somebody waits for the prompt. */
  boolean awaitsPrompt() {
    return running == null && !waiting.isEmpty();
  }

  void add(CommandRun run) {
    waiting.add(run);
    startNext();
  }

  /** The guest printed. */
  void saw(byte[] output) {
    prompt.saw(output);
    if (running != null && running.feed(output)) {
      retire(running);
      running = null;
    }
    startNext();
  }

  /** Asks the shell for a prompt, in case one was missed. */
  void askForPrompt() {
    keyboard.accept(ASK_FOR_PROMPT);
  }

  void moreOf(ActorRef<RunFeed> client) {
    find(client).ifPresent(CommandRun::clientAsksForMore);
    unread.removeIf(CommandRun::isDelivered);
  }

  /** The client's time to reach the prompt is over: ends its command unless it runs by now. */
  void overdue(ActorRef<RunFeed> client) {
    find(client)
        .filter(run -> !run.hasBegun() && !run.isOver())
        .ifPresent(
            run -> {
              run.end(new RunEnded(RunFeed.STATUS_NO_PROMPT));
              remove(run);
              retire(run);
            });
  }

  /** The client went away: a command that runs is interrupted. */
  void cancel(ActorRef<RunFeed> client) {
    find(client).ifPresent(this::remove);
  }

  /** The domain leaves. */
  void endAll() {
    RunFeed gone = new RunEnded(RunFeed.STATUS_DOMAIN_GONE);
    if (running != null) {
      running.endAtOnce(gone);
    }
    waiting.forEach(run -> run.endAtOnce(gone));
    unread.forEach(run -> run.endAtOnce(gone));
  }

  private void startNext() {
    if (awaitsPrompt() && prompt.atPrompt()) {
      running = waiting.remove();
      prompt.forget();
      keyboard.accept((running.typedLine() + '\r').getBytes(StandardCharsets.UTF_8));
    }
  }

  private Optional<CommandRun> find(ActorRef<RunFeed> client) {
    List<CommandRun> all = new ArrayList<>(waiting);
    all.addAll(unread);
    if (running != null) {
      all.add(running);
    }
    return all.stream().filter(run -> run.client().equals(client)).findFirst();
  }

  private void remove(CommandRun run) {
    waiting.remove(run);
    unread.remove(run);
    if (run == running) {
      running = null;
      keyboard.accept(INTERRUPT);
    }
    startNext();
  }

  private void retire(CommandRun run) {
    if (!run.isDelivered()) {
      unread.add(run);
    }
  }
}
