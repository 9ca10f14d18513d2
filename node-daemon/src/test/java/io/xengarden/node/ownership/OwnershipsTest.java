package io.xengarden.node.ownership;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.node.array.Ownership;
import io.xengarden.node.array.sim.LinkFaults;
import io.xengarden.node.array.sim.SimulatedLink;
import io.xengarden.node.cluster.MembershipEvent;
import io.xengarden.node.ownership.OwnershipCommand.AlreadyOwned;
import io.xengarden.node.ownership.OwnershipCommand.ArrayAway;
import io.xengarden.node.ownership.OwnershipCommand.ClaimAnswer;
import io.xengarden.node.ownership.OwnershipCommand.Claimed;
import io.xengarden.node.ownership.OwnershipCommand.Forgotten;
import io.xengarden.node.ownership.OwnershipCommand.NoSuchRecord;
import io.xengarden.node.ownership.OwnershipCommand.NotNow;
import io.xengarden.node.ownership.OwnershipCommand.OwnerIsUp;
import io.xengarden.node.ownership.OwnershipCommand.ReleasePending;
import io.xengarden.node.simulated.SimulatedArray;
import io.xengarden.sim.Seeds;
import io.xengarden.sim.Simulation;
import io.xengarden.sim.SimulationRunner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** Hosts and the register, over links that lose, delay and break, under seeds. */
class OwnershipsTest {
  private static final UUID WEB = new UUID(1, 1);
  private static final Seeds SEEDS = Seeds.first(20);

  private static void over(Seeds seeds, SimulationRunner.Story story) {
    SimulationRunner.over(seeds).run(story);
  }

  private static SimulatedOwner joined(Simulation simulation, SimulatedArray array, String name) {
    return new SimulatedOwner(simulation, array, name, 1).join();
  }

  private static Ownership claimed(ClaimAnswer answer) {
    assertThat(answer).isInstanceOf(Claimed.class);
    return ((Claimed) answer).ownership();
  }

  private static void awaitRecords(Simulation simulation, SimulatedArray array, int count) {
    for (int second = 0; array.records().size() != count; second++) {
      assertThat(second).as("seconds until %s records", count).isLessThan(60);
      simulation.run(Duration.ofSeconds(1));
    }
  }

  @Test
  void ofAllWhoClaimAtOnceOneOwns() {
    over(
        SEEDS,
        simulation -> {
          SimulatedArray array = new SimulatedArray(simulation);
          List<SimulatedOwner> hosts = new ArrayList<>();
          for (String name : List.of("host1", "host2", "host3")) {
            hosts.add(joined(simulation, array, name));
          }
          List<ClaimAnswer> answers = new ArrayList<>();
          hosts.forEach(host -> host.claim(WEB, answers::add));
          hosts.getFirst().await("three answers", () -> answers.size() == 3);
          assertThat(answers.stream().filter(Claimed.class::isInstance)).hasSize(1);
          assertThat(answers.stream().filter(AlreadyOwned.class::isInstance)).hasSize(2);
          simulation.record(array.records().getFirst().owner());
        });
  }

  /**
   * Law 6, over links that lose a fifth of all messages and deliver others after the call was given
   * up: never two holders, and when all have let go nothing stays behind in the register.
   */
  @Test
  void neverDoTwoHostsHoldADomainAndNothingIsLeftBehind() {
    over(
        SEEDS,
        simulation -> {
          SimulatedArray array = new SimulatedArray(simulation);
          Holders holders = new Holders();
          List<Contender> contenders = new ArrayList<>();
          for (String name : List.of("host1", "host2", "host3")) {
            SimulatedOwner host = joined(simulation, array, name);
            host.link().setFaults(new LinkFaults(Duration.ofSeconds(6), 20));
            contenders.add(new Contender(simulation, host, holders));
          }
          contenders.forEach(Contender::begin);
          simulation.run(Duration.ofMinutes(5));
          array.kill();
          simulation.run(Duration.ofSeconds(20));
          array.start();
          simulation.run(Duration.ofMinutes(5));
          contenders.forEach(Contender::retire);
          contenders.getFirst().host.await("all let go", () -> holders.byUuid.isEmpty());
          contenders.forEach(c -> c.host.link().setFaults(LinkFaults.none()));
          awaitRecords(simulation, array, 0);
          assertThat(holders.claims).as("claims that succeeded").isGreaterThan(20);
          simulation.record(holders.claims);
        });
  }

  /** Who holds what, as the hosts themselves believe. */
  private static final class Holders {
    private final TreeMap<UUID, String> byUuid = new TreeMap<>();
    private int claims;

    void take(UUID uuid, String host) {
      assertThat(byUuid.put(uuid, host)).as("who held %s when %s got it", uuid, host).isNull();
      claims++;
    }

    void letGo(UUID uuid, String host) {
      assertThat(byUuid.remove(uuid)).isEqualTo(host);
    }
  }

  /** A host that claims and lets go the same few domains as the others, without end. */
  private static final class Contender {
    private final Simulation simulation;
    private final SimulatedOwner host;
    private final Holders holders;
    private final RandomGenerator random;
    private boolean retired;

    Contender(Simulation simulation, SimulatedOwner host, Holders holders) {
      this.simulation = simulation;
      this.host = host;
      this.holders = holders;
      this.random = simulation.random("contender " + host.name());
    }

    void begin() {
      for (int domain = 0; domain < 2; domain++) {
        claim(new UUID(1, domain));
      }
    }

    void retire() {
      retired = true;
    }

    private void claim(UUID uuid) {
      host.claim(
          uuid,
          answer -> {
            if (answer instanceof Claimed(var ownership)) {
              holders.take(uuid, host.name());
              later(() -> letGo(ownership));
            } else if (!retired) {
              later(() -> claim(uuid));
            }
          });
    }

    private void letGo(Ownership ownership) {
      holders.letGo(ownership.uuid(), host.name());
      host.release(ownership, _ -> {});
      if (!retired) {
        later(() -> claim(ownership.uuid()));
      }
    }

    private void later(Runnable next) {
      simulation.schedule(Duration.ofMillis(random.nextInt(3000)), next);
    }
  }

  @Test
  void aHostThatComesBackFirstReleasesWhatItsEarlierLifeOwned() {
    over(
        SEEDS,
        simulation -> {
          SimulatedArray array = new SimulatedArray(simulation);
          SimulatedOwner other = joined(simulation, array, "host1");
          SimulatedOwner first = joined(simulation, array, "host2");
          other.claim(new UUID(2, 1));
          for (int i = 0; i < 5; i++) {
            claimed(first.claim(new UUID(1, i)));
          }
          first.kill();
          SimulatedOwner second = new SimulatedOwner(simulation, array, "host2", 2);
          second.link().setFaults(new LinkFaults(Duration.ofSeconds(1), 20));
          second.join();
          assertThat(second.joined().orElseThrow().incarnation()).isEqualTo(2);
          assertThat(array.records()).extracting(Ownership::owner).containsExactly("host1");
        });
  }

  @Test
  void anAnnouncementThatIsRepeatedIsOneIncarnation() {
    over(
        SEEDS,
        simulation -> {
          SimulatedArray array = new SimulatedArray(simulation);
          SimulatedOwner host = new SimulatedOwner(simulation, array, "host1", 1);
          host.link().setFaults(new LinkFaults(Duration.ofSeconds(4), 30));
          host.join();
          assertThat(host.joined().orElseThrow().incarnation()).isEqualTo(1);
          simulation.run(Duration.ofSeconds(30));
          host.link().setFaults(LinkFaults.none());
          assertThat(claimed(host.claim(WEB)).incarnation()).isEqualTo(1);
          assertThat(host.view().isLost(array.records().getFirst())).isFalse();
        });
  }

  @Test
  void withoutTheArrayNothingIsClaimedAndAClaimThatArrivesLateIsTakenBack() {
    over(
        SEEDS,
        simulation -> {
          SimulatedArray array = new SimulatedArray(simulation);
          SimulatedOwner host = joined(simulation, array, "host1");
          host.link().cut();
          assertThat(host.claim(WEB)).isInstanceOf(ArrayAway.class);
          host.link().heal();
          host.link().setFaults(new LinkFaults(Duration.ofSeconds(30), 0));
          ClaimAnswer answer = host.claim(WEB);
          while (answer instanceof Claimed(var ownership)) {
            host.release(ownership, _ -> {});
            answer = host.claim(WEB);
          }
          assertThat(answer).isInstanceOf(ArrayAway.class);
          simulation.run(Duration.ofSeconds(30));
          host.link().setFaults(LinkFaults.none());
          awaitRecords(simulation, array, 0);
          claimed(host.claim(WEB));
        });
  }

  @Test
  void whatIsReleasedWhileTheArrayIsAwayIsGoneWhenItIsBack() {
    over(
        SEEDS,
        simulation -> {
          SimulatedArray array = new SimulatedArray(simulation);
          SimulatedOwner host = joined(simulation, array, "host1");
          Ownership web = claimed(host.claim(WEB));
          array.kill();
          List<OwnershipCommand.ReleaseAnswer> answers = new ArrayList<>();
          host.release(web, answers::add);
          host.await("an answer", () -> !answers.isEmpty());
          assertThat(answers.getFirst()).isInstanceOf(ReleasePending.class);
          array.start();
          assertThat(array.records()).hasSize(1);
          awaitRecords(simulation, array, 0);
        });
  }

  @Test
  void aUuidThatIsBeingReleasedCanBeClaimedAgainByItsHost() {
    over(
        SEEDS,
        simulation -> {
          SimulatedArray array = new SimulatedArray(simulation);
          SimulatedOwner host = joined(simulation, array, "host1");
          Ownership first = claimed(host.claim(WEB));
          host.release(first, _ -> {});
          Ownership second = claimed(host.claim(WEB));
          assertThat(second.epoch()).isGreaterThan(first.epoch());
          simulation.run(Duration.ofSeconds(10));
          assertThat(array.records()).containsExactly(second);
          assertThat(host.lost()).isEmpty();
        });
  }

  @Test
  void onlyALostDomainIsForgottenAndItsOwnerIsToldWhenItIsBack() {
    over(
        SEEDS,
        simulation -> {
          SimulatedArray array = new SimulatedArray(simulation);
          SimulatedOwner host1 = joined(simulation, array, "host1");
          SimulatedOwner host2 = joined(simulation, array, "host2");
          host1.sees(new MembershipEvent.MemberUp("sim://host2"));
          Ownership web = claimed(host2.claim(WEB));
          simulation.run(Duration.ofSeconds(3)); // host1's directory has heard of it
          assertThat(host1.forget(new UUID(9, 9))).isEqualTo(new NoSuchRecord());
          assertThat(host1.forget(WEB)).isEqualTo(new OwnerIsUp(web));
          assertThat(host1.claim(WEB)).isEqualTo(new AlreadyOwned(web, false));

          host2.link().cut();
          host1.sees(new MembershipEvent.MemberUnreachable("sim://host2"));
          assertThat(host1.claim(WEB)).isEqualTo(new AlreadyOwned(web, true));
          assertThat(host1.forget(WEB)).isEqualTo(new Forgotten(web));
          Ownership taken = claimed(host1.claim(WEB));
          assertThat(taken.epoch()).isGreaterThan(web.epoch());
          assertThat(host2.lost()).isEmpty();

          host2.link().heal();
          assertThat(host2.lost()).isEmpty();
          host2.await("host2 learns of it", () -> !host2.lost().isEmpty());
          assertThat(host2.lost()).containsExactly(web);
          assertThat(array.records()).containsExactly(taken);
        });
  }

  @Test
  void aHostThatHasNotJoinedClaimsNothing() {
    over(
        Seeds.first(1),
        simulation -> {
          SimulatedArray array = new SimulatedArray(simulation);
          array.kill();
          SimulatedOwner host = new SimulatedOwner(simulation, array, "host1", 1);
          host.beginToJoin();
          assertThat(host.claim(WEB)).isInstanceOf(NotNow.class);
          simulation.run(Duration.ofMinutes(2));
          assertThat(host.joined()).isEqualTo(Optional.empty());
          array.start();
          host.await("it joins when the array is there", () -> host.joined().isPresent());
          claimed(host.claim(WEB));
        });
  }

  /** The link's own patience must not be outwaited by who asks over it. */
  @Test
  void whoAsksWaitsLongerThanTheLink() {
    assertThat(Ownerships.ANSWER_LIMIT).isGreaterThan(SimulatedLink.CALL_LIMIT);
  }
}
