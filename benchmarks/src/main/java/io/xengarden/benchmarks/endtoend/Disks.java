package io.xengarden.benchmarks.endtoend;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * The same file through every contender, in turns, several rounds: what disturbs one disturbs its
 * neighbours. The page cache is filled before: the file is written from end to end, forced to the
 * disk and read once, so that reads find every page, and writes find it clean.
 */
final class Disks {
  private static final long FILE_BYTES = 256L << 20;
  private static final int CHUNK_BYTES = 1 << 20;
  private static final int WARM_UP_SECONDS = 2;

  private final Report report;
  private final int rounds;
  private final int seconds;

  Disks(Report report, int rounds, int seconds) {
    this.report = report;
    this.rounds = rounds;
    this.seconds = seconds;
  }

  void run(Garden garden) throws Exception {
    Path file = garden.directory().resolve("disk.img");
    fill(file);
    garden.run("up", "--hosts", "1");
    List<Contender> contenders = new ArrayList<>();
    try (PlainFile plain = new PlainFile(file)) {
      contenders.add(new PebbleDisk(garden, file));
      if (QemuStorageDaemon.isInstalled()) {
        contenders.add(new QemuStorageDaemon(file, garden.directory()));
      }
      contenders.add(plain);
      for (Contender contender : contenders) {
        contender.run(new Pattern(Pattern.Mode.RANDREAD, 32, Pattern.SMALL), WARM_UP_SECONDS);
      }
      for (Pattern pattern : Pattern.ALL) {
        compare(pattern, contenders, plain);
      }
    } finally {
      for (Contender contender : contenders) {
        contender.close();
      }
    }
  }

  private static void fill(Path file) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);
    byte[] bytes = new byte[CHUNK_BYTES];
    Random random = new Random(1);
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      for (long at = 0; at < FILE_BYTES; at += CHUNK_BYTES) {
        random.nextBytes(bytes);
        channel.write(chunk.clear().put(bytes).flip(), at);
      }
      channel.force(true);
      for (long at = 0; at < FILE_BYTES; at += CHUNK_BYTES) {
        channel.read(chunk.clear(), at);
      }
    }
  }

  private void compare(Pattern pattern, List<Contender> contenders, PlainFile plain)
      throws Exception {
    double[][] rates = new double[contenders.size()][rounds];
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < contenders.size(); i++) {
        plain.settle();
        rates[i][round] = contenders.get(i).run(pattern, seconds);
      }
    }
    double ours = Report.median(rates[0]);
    for (int i = 1; i < contenders.size(); i++) {
      double theirs = Report.median(rates[i]);
      boolean isQemu = contenders.get(i) instanceof QemuStorageDaemon;
      report.add(
          pattern.toString(),
          shown(pattern, ours),
          contenders.get(i).name() + " " + shown(pattern, theirs),
          Report.figure("%.2f", ours / theirs),
          isQemu ? "1.0" : "");
    }
  }

  private static String shown(Pattern pattern, double rate) {
    return pattern.mode().isRandom()
        ? Report.figure("%.1f k/s", rate / 1000)
        : Report.figure("%.0f MiB/s", rate * pattern.blockBytes() / (1 << 20));
  }
}
