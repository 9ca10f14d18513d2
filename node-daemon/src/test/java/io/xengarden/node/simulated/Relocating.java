package io.xengarden.node.simulated;

import akka.actor.typed.ActorRef;
import io.xengarden.node.relocation.RelocationCommand;
import io.xengarden.node.relocation.RelocationUpdate;
import io.xengarden.node.relocation.RelocationUpdate.Failed;
import io.xengarden.node.relocation.RelocationUpdate.Finished;
import io.xengarden.node.relocation.RelocationUpdate.Progress;
import io.xengarden.proto.v1.RelocationProgress;
import io.xengarden.proto.v1.RelocationSummary;
import io.xengarden.proto.v1.ToolstackError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Asks one host for saves, restores and migrations, and waits for how they end. */
public final class Relocating {
  private final SimulatedHost host;

  public Relocating(SimulatedHost host) {
    this.host = host;
  }

  /** One request under way. */
  public static final class Asked {
    private final Mail<RelocationUpdate> mail;
    private final List<RelocationProgress> progress = new ArrayList<>();
    private Optional<RelocationUpdate> end = Optional.empty();

    private Asked(Mail<RelocationUpdate> mail) {
      this.mail = mail;
    }

    public ActorRef<RelocationUpdate> address() {
      return mail.address();
    }

    public List<RelocationProgress> progress() {
      return progress;
    }

    /** The client goes away. */
    public void vanish() {
      mail.close();
    }

    /** What has come so far; whether that was the end. */
    public boolean hasEnded() {
      for (var next = mail.next(); next.isPresent(); next = mail.next()) {
        switch (next.get()) {
          case Progress(var one) -> progress.add(one);
          case Finished _, Failed _ -> end = next;
        }
      }
      return end.isPresent();
    }

    public Optional<ToolstackError> error() {
      return end.filter(Failed.class::isInstance).map(failed -> ((Failed) failed).error());
    }
  }

  public Asked begin(Function<Asked, RelocationCommand> command) {
    Asked asked = new Asked(host.mail());
    host.actors().relocation().tell(command.apply(asked));
    return asked;
  }

  public Asked end(Asked asked) {
    host.await("the relocation ends", asked::hasEnded);
    asked.mail.close();
    return asked;
  }

  public RelocationSummary succeeds(Function<Asked, RelocationCommand> command) {
    Asked asked = end(begin(command));
    asked
        .error()
        .ifPresent(
            error -> {
              throw new AssertionError(error.getMessage());
            });
    return asked.progress().getLast().getSummary();
  }

  public ToolstackError fails(Function<Asked, RelocationCommand> command) {
    return end(begin(command))
        .error()
        .orElseThrow(() -> new AssertionError("it should have failed"));
  }
}
