package io.xengarden.sim;

import akka.actor.Cancellable;
import java.util.function.Consumer;

/** One entry of the {@link Timeline}: fires once, or every {@code interval} when that is not 0. */
final class VirtualTimer implements Cancellable {
  /** What a timer does, for whom, and how often: interval 0 is once. */
  record Task(Object owner, Runnable body, Consumer<Runnable> executor, long interval) {}

  private enum State {
    PENDING,
    FIRED,
    CANCELLED
  }

  private final Timeline timeline;
  private final Task task;
  private final long number;
  private long at;
  private boolean queued = true;
  private State state = State.PENDING;

  VirtualTimer(Timeline timeline, Task task, long at, long number) {
    this.timeline = timeline;
    this.task = task;
    this.at = at;
    this.number = number;
  }

  long at() {
    return at;
  }

  long number() {
    return number;
  }

  Task task() {
    return task;
  }

  /** Its time has come and it was taken off the timeline. */
  void fire() {
    queued = false;
    if (task.interval() == 0) {
      state = State.FIRED;
      task.executor().accept(task.body());
      return;
    }
    at += task.interval();
    queued = true;
    timeline.add(this);
    task.executor().accept(this::tick);
  }

  private void tick() {
    if (state == State.CANCELLED) {
      return;
    }
    try {
      task.body().run();
    } catch (RuntimeException | Error e) {
      cancel();
      throw e;
    }
  }

  @Override
  public boolean cancel() {
    if (state != State.PENDING) {
      return false;
    }
    state = State.CANCELLED;
    if (queued) {
      timeline.noteCancelled();
    }
    return true;
  }

  @Override
  public boolean isCancelled() {
    return state == State.CANCELLED;
  }
}
