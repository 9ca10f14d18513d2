package io.xengarden.node.array.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import io.xengarden.node.array.HostRecord;
import io.xengarden.node.array.Journal;
import io.xengarden.node.array.RegisterCommand;
import io.xengarden.node.array.RegisterCommand.AnnounceHost;
import io.xengarden.node.array.RegisterEntry;
import io.xengarden.sim.Seeds;
import io.xengarden.sim.SimulationRunner;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RegisterKeeperTest {
  /** A disk that is full from some entry on. */
  private record FullDisk(List<RegisterEntry> written, int room) implements Journal {
    @Override
    public List<RegisterEntry> load() {
      return List.of();
    }

    @Override
    public void append(RegisterEntry entry) throws IOException {
      if (written.size() == room) {
        throw new IOException("No space left on device");
      }
      written.add(entry);
    }

    @Override
    public long entryCount() {
      return written.size();
    }

    @Override
    public void compact(List<RegisterEntry> snapshot) {}
  }

  @Test
  void aJournalThatFailsEndsTheArrayAndNothingIsAnsweredThatIsNotDurable() {
    SimulationRunner.over(Seeds.first(5))
        .run(
            simulation -> {
              FullDisk disk = new FullDisk(new ArrayList<>(), 1);
              List<String> ends = new ArrayList<>();
              List<Object> answers = new ArrayList<>();
              ActorSystem<RegisterCommand> array =
                  simulation.createSystem(
                      RegisterKeeper.create(disk, () -> {}, ends::add), "array");
              ActorRef<RegisterCommand.AnnouncementAnswer> answer =
                  array.systemActorOf(
                      akka.actor.typed.javadsl.Behaviors.receiveMessage(
                          got -> {
                            answers.add(got);
                            return akka.actor.typed.javadsl.Behaviors.same();
                          }),
                      "answers",
                      akka.actor.typed.Props.empty());
              for (String process : List.of("p1", "p2", "p3")) {
                array.tell(new AnnounceHost(host(process), answer));
              }
              simulation.run(Duration.ofSeconds(1));
              assertThat(answers).hasSize(1);
              assertThat(ends).containsExactly("its journal failed: No space left on device");
            });
  }

  private static HostRecord host(String process) {
    return new HostRecord(
        "host1", 0, process, HostRecord.Addresses.NONE, new HostRecord.Machine(8, 16384));
  }
}
