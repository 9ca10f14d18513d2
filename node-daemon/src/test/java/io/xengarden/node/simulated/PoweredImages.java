package io.xengarden.node.simulated;

import io.xengarden.storage.BlockImage;
import io.xengarden.storage.BlockImage.IoDone;
import io.xengarden.storage.BlockImages;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.TreeSet;

/**
 * Shared disks as one host sees them. An operation that its process has begun before it dies may
 * still reach the disk, but no memory of the process, and nobody hears of its end.
 */
final class PoweredImages implements BlockImages {
  private final BlockImages disks;
  private final Power power;
  private final Set<String> hidden = new TreeSet<>();

  PoweredImages(BlockImages disks, Power power) {
    this.disks = disks;
    this.power = power;
  }

  /** From now on the host does not find it. */
  void hide(String target) {
    hidden.add(target);
  }

  @Override
  public void check(String target, Access access, IoDone done) {
    disks.check(hidden.contains(target) ? target + "?" : target, access, named(target, done));
  }

  private IoDone named(String target, IoDone done) {
    return unlessDead(
        failure ->
            done.done(
                hidden.contains(target) ? new IOException(target + ": no such file") : failure));
  }

  @Override
  public void open(String target, Access access, OpenDone done) {
    if (!power.isOn()) {
      return;
    }
    disks.open(
        target,
        access,
        new OpenDone() {
          @Override
          public void opened(BlockImage image) {
            if (power.isOn()) {
              done.opened(new Powered(image));
            } else {
              image.close();
            }
          }

          @Override
          public void failed(IOException failure) {
            if (power.isOn()) {
              done.failed(failure);
            }
          }
        });
  }

  private IoDone unlessDead(IoDone done) {
    return failure -> {
      if (power.isOn()) {
        done.done(failure);
      }
    };
  }

  private final class Powered implements BlockImage {
    private final BlockImage image;

    Powered(BlockImage image) {
      this.image = image;
    }

    @Override
    public long sizeBytes() {
      return image.sizeBytes();
    }

    @Override
    public void read(long offset, ByteBuffer target, IoDone done) {
      ByteBuffer copy = ByteBuffer.allocate(target.remaining());
      image.read(
          offset,
          copy,
          unlessDead(
              failure -> {
                target.put(copy.flip());
                done.done(failure);
              }));
    }

    @Override
    public void write(long offset, ByteBuffer source, IoDone done) {
      if (power.isOn()) {
        byte[] copy = new byte[source.remaining()];
        source.get(copy);
        image.write(offset, ByteBuffer.wrap(copy), unlessDead(done));
      }
    }

    @Override
    public void flush(IoDone done) {
      if (power.isOn()) {
        image.flush(unlessDead(done));
      }
    }

    @Override
    public void close() {
      image.close();
    }
  }
}
