package io.xengarden.node.relocation.adapter;

import io.xengarden.node.image.ChunkSink;
import io.xengarden.node.image.adapter.RestoreFile;
import io.xengarden.node.image.adapter.SaveFile;
import io.xengarden.node.relocation.save.SaveFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Save images as files of the machine that the host runs on. */
public final class ImageFiles implements SaveFiles {
  @Override
  public Saving create(String file) throws IOException {
    SaveFile saving = SaveFile.create(path(file));
    return new Saving() {
      @Override
      public ChunkSink chunks() {
        return saving.chunks();
      }

      @Override
      public void commit() throws IOException {
        saving.commit();
      }

      @Override
      public void close() throws IOException {
        saving.close();
      }
    };
  }

  @Override
  public Restoring open(String file) throws IOException {
    RestoreFile restoring = RestoreFile.open(path(file));
    return new Restoring() {
      @Override
      public boolean read(ByteBuffer buffer) throws IOException {
        return restoring.read(buffer);
      }

      @Override
      public void close() throws IOException {
        restoring.close();
      }
    };
  }

  private static Path path(String file) throws IOException {
    try {
      Path path = Path.of(file);
      if (path.isAbsolute()) {
        return path;
      }
      throw new IOException(file + ": not an absolute path");
    } catch (InvalidPathException e) {
      throw new IOException(file.replace('\0', '?') + ": not a file name", e);
    }
  }
}
