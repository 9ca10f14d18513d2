package io.xengarden.node.relocation;

import akka.actor.typed.ActorRef;
import io.xengarden.node.relocation.RelocationUpdate.Failed;
import io.xengarden.node.relocation.RelocationUpdate.Finished;
import io.xengarden.node.relocation.RelocationUpdate.Progress;
import io.xengarden.proto.v1.RelocationProgress;
import io.xengarden.proto.v1.RelocationSummary;
import io.xengarden.proto.v1.RoundProgress;
import io.xengarden.proto.v1.ToolstackError;

/** Who is told how a relocation goes on. */
public record Client(ActorRef<RelocationUpdate> updates) {
  /** One line for people, in xl's words where xl has them. */
  public void note(String line) {
    tell(RelocationProgress.newBuilder().setNote(line));
  }

  public void round(RoundProgress round) {
    tell(RelocationProgress.newBuilder().setRound(round));
  }

  public void finished(RelocationSummary summary) {
    tell(RelocationProgress.newBuilder().setSummary(summary));
    updates.tell(new Finished());
  }

  public void failed(ToolstackError error) {
    updates.tell(new Failed(error));
  }

  private void tell(RelocationProgress.Builder progress) {
    updates.tell(new Progress(progress.build()));
  }
}
