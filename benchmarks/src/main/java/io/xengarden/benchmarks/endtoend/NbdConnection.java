package io.xengarden.benchmarks.endtoend;

import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A client of the NBD protocol, simple replies only, with many requests under way. Source: NBD
 * protocol, doc/proto.md of NetworkBlockDevice/nbd.
 */
final class NbdConnection implements AutoCloseable {
  private static final long NBD_MAGIC = 0x4e42444d41474943L;
  private static final long OPTION_MAGIC = 0x49484156454f5054L;
  private static final long OPTION_REPLY_MAGIC = 0x3e889045565a9L;
  private static final int REQUEST_MAGIC = 0x25609513;
  private static final int REPLY_MAGIC = 0x67446698;
  private static final int FLAGS_FIXED_NEWSTYLE_NO_ZEROES = 3;
  private static final int OPTION_GO = 7;
  private static final int REPLY_ACK = 1;
  private static final int REPLY_INFO = 3;
  private static final int REQUEST_BYTES = 28;
  private static final int REPLY_BYTES = 16;
  private static final short READ = 0;
  private static final short WRITE = 1;
  private static final int BUFFER_BYTES = 4 << 20;

  private final SocketChannel socket;
  private final ByteBuffer in = ByteBuffer.allocateDirect(BUFFER_BYTES).flip();
  private final ByteBuffer out = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private long size;

  NbdConnection(Path socketFile, String export) throws IOException {
    socket = SocketChannel.open(UnixDomainSocketAddress.of(socketFile));
    negotiate(export);
  }

  /** Bytes of the export. */
  long size() {
    return size;
  }

  private void negotiate(String export) throws IOException {
    need(18);
    require(in.getLong() == NBD_MAGIC && in.getLong() == OPTION_MAGIC, "no NBD server");
    in.getShort();
    byte[] name = export.getBytes(StandardCharsets.UTF_8);
    out.putInt(FLAGS_FIXED_NEWSTYLE_NO_ZEROES);
    out.putLong(OPTION_MAGIC).putInt(OPTION_GO).putInt(4 + name.length + 2);
    out.putInt(name.length).put(name).putShort((short) 0);
    flush();
    for (int reply = REPLY_INFO; reply != REPLY_ACK; ) {
      need(20);
      require(in.getLong() == OPTION_REPLY_MAGIC, "no answer to an option");
      in.getInt();
      reply = in.getInt();
      int length = in.getInt();
      require(reply == REPLY_INFO || reply == REPLY_ACK, "export refused: " + reply);
      need(length);
      readInfo(length);
    }
  }

  private void readInfo(int length) {
    int end = in.position() + length;
    if (length >= 10 && in.getShort() == 0) {
      size = in.getLong();
    }
    in.position(end);
  }

  /**
   * Puts a request behind those that wait for {@link #flush}; what a write writes does not matter.
   */
  void request(boolean read, long handle, long offset, int length) throws IOException {
    if (out.remaining() < REQUEST_BYTES + length) {
      flush();
    }
    out.putInt(REQUEST_MAGIC).putShort((short) 0).putShort(read ? READ : WRITE);
    out.putLong(handle).putLong(offset).putInt(length);
    if (!read) {
      out.position(out.position() + length);
    }
  }

  void flush() throws IOException {
    out.flip();
    while (out.hasRemaining()) {
      socket.write(out);
    }
    out.clear();
  }

  /**
   * Takes one reply, waiting for it.
   *
   * @param readBytes bytes that a reply carries
   */
  long reply(int readBytes) throws IOException {
    need(REPLY_BYTES + readBytes);
    require(in.getInt() == REPLY_MAGIC, "no reply");
    int error = in.getInt();
    require(error == 0, "error " + error);
    long handle = in.getLong();
    in.position(in.position() + readBytes);
    return handle;
  }

  /** Whether another reply is here already. */
  boolean hasReply(int readBytes) {
    return in.remaining() >= REPLY_BYTES + readBytes;
  }

  private void need(int bytes) throws IOException {
    if (in.remaining() >= bytes) {
      return;
    }
    in.compact();
    while (in.position() < bytes) {
      if (socket.read(in) < 0) {
        throw new EOFException("the NBD server is gone");
      }
    }
    in.flip();
  }

  private static void require(boolean holds, String otherwise) throws IOException {
    if (!holds) {
      throw new IOException(otherwise);
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
