package io.xengarden.node.simulated;

import io.xengarden.node.image.ChunkSink;
import io.xengarden.node.relocation.save.SaveFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Save files in memory; the place can be full, or read-only. They outlive the host. */
public final class SimulatedFiles implements SaveFiles {
  private final TreeMap<String, byte[]> files = new TreeMap<>();
  private final TreeSet<String> begun = new TreeSet<>();
  private long spaceBytes = Long.MAX_VALUE;
  private boolean readOnly;

  /** From now on a file can have this many bytes. */
  public void limitSpace(long bytes) {
    spaceBytes = bytes;
  }

  public void makeReadOnly() {
    readOnly = true;
  }

  public SortedMap<String, byte[]> files() {
    return files;
  }

  public byte[] content(String file) {
    return files.get(file).clone();
  }

  public void put(String file, byte[] content) {
    files.put(file, content.clone());
  }

  /** Files begun and neither in place nor given up. */
  public SortedSet<String> unfinished() {
    return begun;
  }

  @Override
  public Saving create(String file) throws IOException {
    if (readOnly) {
      throw new IOException("cannot save to " + file + ": Read-only file system");
    }
    begun.add(file);
    return new InMemory(file);
  }

  @Override
  public Restoring open(String file) throws IOException {
    byte[] content = files.get(file);
    if (content == null) {
      throw new IOException("cannot restore from " + file + ": No such file or directory");
    }
    ByteBuffer left = ByteBuffer.wrap(content);
    return new Restoring() {
      @Override
      public boolean read(ByteBuffer buffer) {
        buffer.clear();
        int length = Math.min(buffer.remaining(), left.remaining());
        buffer.put(left.slice().limit(length));
        left.position(left.position() + length);
        return buffer.flip().hasRemaining();
      }

      @Override
      public void close() {
        // Nothing is held.
      }
    };
  }

  private final class InMemory implements Saving {
    private final String file;
    private final ByteArrayOutputStream content = new ByteArrayOutputStream();

    InMemory(String file) {
      this.file = file;
    }

    @Override
    public ChunkSink chunks() {
      return ChunkSink.ofArrays(1 << 20, this::take);
    }

    private void take(ByteBuffer chunk) {
      if (content.size() + chunk.remaining() > spaceBytes) {
        throw new UncheckedIOException(
            new IOException("cannot save to " + file + ": No space left on device"));
      }
      content.write(chunk.array(), chunk.arrayOffset() + chunk.position(), chunk.remaining());
    }

    @Override
    public void commit() {
      files.put(file, content.toByteArray());
    }

    @Override
    public void close() {
      begun.remove(file);
    }
  }
}
