package io.xengarden.sim;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Plays a story over many seeds, each twice: {@code SimulationRunner.over(Seeds.first(200)).run(sim
 * -> …)}. It fails, with the seed and how to replay it, if the story throws, if the two runs of a
 * seed differ, if a foreign thread took part, or if something is left behind.
 */
public final class SimulationRunner {
  private static final Logger LOG = LoggerFactory.getLogger(SimulationRunner.class);

  /** What happens in one run. It must not keep anything between two runs. */
  @FunctionalInterface
  public interface Story {
    void play(Simulation simulation) throws Exception;
  }

  /** How one seed went. */
  public record Played(long seed, long fingerprint, long steps, Duration elapsed) {
    @Override
    public String toString() {
      return "seed %d: fingerprint %016x, %d steps, %s"
          .formatted(seed, fingerprint, steps, elapsed);
    }
  }

  private final Seeds seeds;
  private final MailboxOrder mailboxOrder;

  private SimulationRunner(Seeds seeds, MailboxOrder mailboxOrder) {
    this.seeds = seeds;
    this.mailboxOrder = mailboxOrder;
  }

  /** Mailboxes keep the order of arrival. */
  public static SimulationRunner over(Seeds seeds) {
    return new SimulationRunner(seeds, MailboxOrder.ARRIVAL);
  }

  public SimulationRunner withMailboxes(MailboxOrder order) {
    return new SimulationRunner(seeds, order);
  }

  /**
   * Plays every seed twice.
   *
   * @return one entry per seed, in their order
   * @throws SimulationFailed naming the first seed that failed
   */
  public List<Played> run(Story story) {
    List<Played> played = new ArrayList<>();
    for (long seed : seeds.unlessAskedOtherwise().values()) {
      played.add(playTwice(seed, story));
    }
    long steps = played.stream().mapToLong(Played::steps).sum();
    LOG.info("{} seeds, each twice, {} steps; last {}", played.size(), steps, played.getLast());
    return played;
  }

  private Played playTwice(long seed, Story story) {
    Simulation first = playOnce(seed, story);
    Simulation second = playOnce(seed, story);
    if (first.fingerprint() != second.fingerprint()) {
      throw new SimulationFailed(
          "seed %d is not deterministic: %016x after %d steps, then %016x after %d; %s%s"
              .formatted(
                  seed,
                  first.fingerprint(),
                  first.steps(),
                  second.fingerprint(),
                  second.steps(),
                  first.trail().partsFrom(second.trail()),
                  replay(seed)));
    }
    return new Played(seed, first.fingerprint(), first.steps(), first.elapsed());
  }

  private Simulation playOnce(long seed, Story story) {
    Simulation simulation = new Simulation(seed, mailboxOrder);
    try (simulation) {
      story.play(simulation);
    } catch (Exception | AssertionError e) {
      throw new SimulationFailed(e.getMessage() + simulation.where() + replay(seed), e);
    }
    return simulation;
  }

  private static String replay(long seed) {
    return "\nreplay with -D" + Seeds.SEED_PROPERTY + "=" + seed;
  }
}
