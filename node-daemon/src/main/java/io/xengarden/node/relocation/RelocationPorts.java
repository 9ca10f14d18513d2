package io.xengarden.node.relocation;

import io.xengarden.node.array.HostRecord;
import io.xengarden.node.relocation.migration.LinkEvent;
import io.xengarden.node.relocation.migration.MigrationLink;
import io.xengarden.node.relocation.migration.MigrationLinks;
import io.xengarden.node.relocation.save.SaveFiles;
import io.xengarden.proto.v1.MigrationFrame;
import io.xengarden.proto.v1.MigrationReply;
import java.io.IOException;
import java.util.function.Consumer;

/** How domains leave a host and come to it. */
public record RelocationPorts(SaveFiles files, MigrationLinks links, CrashPoints crashPoints) {

  /** Of a host that has neither files nor neighbours: every save and every move is refused. */
  public static RelocationPorts none() {
    return new RelocationPorts(new NoFiles(), RelocationPorts::unreachable, CrashPoints.NONE);
  }

  private static MigrationLink<MigrationFrame> unreachable(
      HostRecord target, Consumer<LinkEvent<MigrationReply>> heard) {
    heard.accept(new LinkEvent.Broken<>("this host has no link to others"));
    return new MigrationLink<>() {
      @Override
      public void send(MigrationFrame message) {
        // Broken already.
      }

      @Override
      public boolean isReady() {
        return false;
      }

      @Override
      public void close() {
        // Broken already.
      }
    };
  }

  private static final class NoFiles implements SaveFiles {
    @Override
    public Saving create(String file) throws IOException {
      throw new IOException("cannot save to " + file + ": this host keeps no files");
    }

    @Override
    public Restoring open(String file) throws IOException {
      throw new IOException("cannot restore from " + file + ": this host keeps no files");
    }
  }
}
