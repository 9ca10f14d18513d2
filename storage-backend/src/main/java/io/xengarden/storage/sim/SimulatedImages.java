package io.xengarden.storage.sim;

import akka.actor.typed.Scheduler;
import io.xengarden.storage.BlockImage.IoDone;
import io.xengarden.storage.BlockImages;
import java.io.IOException;
import java.time.Duration;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import scala.concurrent.ExecutionContext;

/**
 * Disks in memory, by name. They belong to the machine, not to a host: what a host that crashes has
 * left on them is there for the next one.
 */
public final class SimulatedImages implements BlockImages {
  private final TreeMap<String, SimulatedDisk> disks = new TreeMap<>();
  private final Later later;

  /** Runs something after a delay, never inline. */
  @FunctionalInterface
  public interface Later {
    void run(Duration delay, Runnable task);

    /** Through an actor system's scheduler: in virtual time when that is simulated. */
    static Later through(Scheduler scheduler, ExecutionContext executor) {
      return (delay, task) -> scheduler.scheduleOnce(delay, task, executor);
    }
  }

  public SimulatedImages(Later later) {
    this.later = later;
  }

  /** Puts a disk full of zeros at an absolute path. */
  public SimulatedDisk create(String target, long sizeBytes, RandomGenerator random) {
    SimulatedDisk disk =
        new SimulatedDisk(target, sizeBytes, new SimulatedDisk.World(later, random));
    if (disks.putIfAbsent(target, disk) != null) {
      throw new IllegalArgumentException("there is a disk " + target);
    }
    return disk;
  }

  public SimulatedDisk disk(String target) {
    SimulatedDisk disk = disks.get(target);
    if (disk == null) {
      throw new IllegalArgumentException("no disk " + target);
    }
    return disk;
  }

  public void remove(String target) {
    disks.remove(target);
  }

  @Override
  public void check(String target, Access access, IoDone done) {
    SimulatedDisk disk = disks.get(target);
    if (disk == null) {
      later.run(Duration.ZERO, () -> done.done(missing(target)));
    } else {
      disk.check(access, done);
    }
  }

  @Override
  public void open(String target, Access access, OpenDone done) {
    SimulatedDisk disk = disks.get(target);
    if (disk == null) {
      later.run(Duration.ZERO, () -> done.failed(missing(target)));
    } else {
      disk.open(access, done);
    }
  }

  private static IOException missing(String target) {
    return new IOException(target + ": no such file");
  }
}
