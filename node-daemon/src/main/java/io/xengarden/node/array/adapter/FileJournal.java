package io.xengarden.node.array.adapter;

import io.xengarden.node.array.Journal;
import io.xengarden.node.array.RegisterEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The register's journal as a file: records of {u32 length, u32 crc32c, bytes}, little-endian. An
 * append is one write and one fsync. A torn last record was never answered and is cut off; a bad
 * record with good bytes behind it is damage, and the register refuses to open.
 */
public final class FileJournal implements Journal, AutoCloseable {
  private static final int HEADER_BYTES = 8;

  /** No entry is near it; a longer length is damage. */
  private static final int MAX_ENTRY_BYTES = 64 * 1024;

  private final Path file;
  private FileChannel channel;
  private long entries;

  private FileJournal(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /** Opens or makes the journal; its folder must exist. */
  public static FileJournal open(Path file) throws IOException {
    boolean isNew = !Files.exists(file);
    FileChannel channel = openChannel(file);
    if (isNew) {
      syncFolder(file);
    }
    return new FileJournal(file, channel);
  }

  @Override
  public List<RegisterEntry> load() throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    List<RegisterEntry> loaded = new ArrayList<>();
    int good = 0;
    for (int next = recordEnd(bytes, good); next > 0; next = recordEnd(bytes, good)) {
      byte[] body = new byte[next - good - HEADER_BYTES];
      bytes.get(good + HEADER_BYTES, body);
      loaded.add(EntryCodec.decode(body));
      good = next;
    }
    channel.truncate(good);
    channel.position(good);
    entries = loaded.size();
    return loaded;
  }

  /** Where the record at {@code from} ends, or -1 at the end of what was written whole. */
  private int recordEnd(ByteBuffer bytes, int from) throws IOException {
    int left = bytes.limit() - from;
    if (left < HEADER_BYTES) {
      return -1;
    }
    int length = bytes.getInt(from);
    if (length == 0 && isZeroFrom(bytes, from)) {
      return -1; // the file had grown, its bytes had not arrived
    }
    if (length <= 0 || length > MAX_ENTRY_BYTES) {
      throw new IOException(file + ": damaged at byte " + from + ": record of " + length);
    }
    if (left < HEADER_BYTES + length) {
      return -1;
    }
    int end = from + HEADER_BYTES + length;
    if (crc(bytes.slice(from + HEADER_BYTES, length)) == bytes.getInt(from + 4)) {
      return end;
    }
    if (end == bytes.limit()) {
      return -1; // the last write was torn inside its own length
    }
    throw new IOException(file + ": damaged at byte " + from + ": checksum");
  }

  private static boolean isZeroFrom(ByteBuffer bytes, int from) {
    for (int at = from; at < bytes.limit(); at++) {
      if (bytes.get(at) != 0) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void append(RegisterEntry entry) throws IOException {
    ByteBuffer record = encode(entry);
    while (record.hasRemaining()) {
      channel.write(record);
    }
    channel.force(false);
    entries++;
  }

  @Override
  public long entryCount() {
    return entries;
  }

  @Override
  public void compact(List<RegisterEntry> snapshot) throws IOException {
    Path next = file.resolveSibling(file.getFileName() + ".next");
    Files.deleteIfExists(next);
    FileChannel fresh = openChannel(next);
    for (RegisterEntry entry : snapshot) {
      ByteBuffer record = encode(entry);
      while (record.hasRemaining()) {
        fresh.write(record);
      }
    }
    fresh.force(true);
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    syncFolder(file);
    channel.close();
    channel = fresh;
    entries = snapshot.size();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private static FileChannel openChannel(Path file) throws IOException {
    return FileChannel.open(
        file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  private static ByteBuffer encode(RegisterEntry entry) {
    byte[] body = EntryCodec.encode(entry);
    ByteBuffer record =
        ByteBuffer.allocate(HEADER_BYTES + body.length).order(ByteOrder.LITTLE_ENDIAN);
    return record.putInt(body.length).putInt(crc(ByteBuffer.wrap(body))).put(body).flip();
  }

  private static int crc(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  /** A new name is durable only with its folder. */
  private static void syncFolder(Path file) throws IOException {
    try (FileChannel folder =
        FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
      folder.force(true);
    }
  }
}
