package io.xengarden.storage.blkback;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.hypervisor.gnttab.GrantAccess;
import io.xengarden.hypervisor.gnttab.GrantAccess.GrantRefused;
import io.xengarden.hypervisor.gnttab.GrantMapping;
import io.xengarden.storage.BlockImage;
import io.xengarden.storage.BlockImages.Access;
import io.xengarden.storage.BlockImages.OpenDone;
import io.xengarden.storage.guest.Blkfront;
import io.xengarden.storage.guest.GuestRam;
import io.xengarden.storage.sim.SimulatedDisk;
import io.xengarden.storage.sim.SimulatedImages;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;

/** A frontend, its ring's backend and a simulated disk, without actors. */
final class Rig implements AutoCloseable {
  static final int HANDLE = 51712;
  static final int SECTORS = 256;

  final ManualLater later = new ManualLater();
  final GuestRam ram = GuestRam.alone();
  final Blkfront front = new Blkfront(ram, HANDLE);
  final SimulatedDisk disk;
  final Blkback back;
  int events;
  int wakes;

  Rig() {
    this(Access.READ_WRITE, 1);
  }

  Rig(Access access, long seed) {
    SimulatedImages images = new SimulatedImages(later);
    disk = images.create("/disk", SECTORS * 512L, new SplittableRandom(seed));
    BlockImage[] opened = new BlockImage[1];
    images.open(
        "/disk",
        access,
        new OpenDone() {
          @Override
          public void opened(BlockImage image) {
            opened[0] = image;
          }

          @Override
          public void failed(IOException failure) {
            throw new AssertionError(failure);
          }
        });
    later.runAll();
    back = back(opened[0], access);
  }

  Blkback back(BlockImage image, Access access) {
    return new Blkback(
        new Blkback.Link(mapRing().page(), ram.grantsToDom0(), () -> events++),
        new Blkback.Disk(image, access, HANDLE),
        () -> wakes++);
  }

  GrantMapping mapRing() {
    try {
      return ram.grantsToDom0().map(front.ringRef(), GrantAccess.Access.READ_WRITE);
    } catch (GrantRefused refused) {
      throw new AssertionError(refused);
    }
  }

  /** Pushes, and takes turns until nothing is under way; all answers. */
  List<Blkfront.Answer> finish() {
    front.push();
    do {
      while (back.turn()) {
        // more
      }
    } while (later.runNext());
    return front.poll();
  }

  /** The one answer to one request. */
  Blkfront.Answer finishOne() {
    List<Blkfront.Answer> answers = finish();
    assertThat(answers).hasSize(1);
    return answers.getFirst();
  }

  /** Pages mapped beside the ring. */
  int mappings() {
    return ram.mappings() - 1;
  }

  @Override
  public void close() {
    ram.close();
  }
}
