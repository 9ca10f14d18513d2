package io.xengarden.benchmarks.endtoend;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/** How long a user waits for a command, beside a JVM that starts and does nothing. */
final class Commands {
  private static final int RUNS = 7;

  private final Report report;

  Commands(Report report) {
    this.report = report;
  }

  void run(Garden garden) throws Exception {
    double[] up = new double[RUNS];
    double[] list = new double[RUNS];
    double[] jvm = new double[RUNS];
    for (int i = 0; i < RUNS; i++) {
      jvm[i] = milliseconds(Commands::startJvm);
      up[i] = milliseconds(() -> garden.run("up", "--hosts", "1"));
      garden.run("xl", "list");
      list[i] = milliseconds(() -> garden.run("xl", "list"));
      garden.run("down");
    }
    add("`up --hosts 1`", Report.median(up), Report.median(jvm), "");
    add("`xl list`", Report.median(list), Report.median(jvm), "250 ms");
  }

  private void add(String what, double ours, double jvm, String aim) {
    report.add(
        what,
        Report.figure("%.0f ms", ours),
        Report.figure("java -version %.0f ms", jvm),
        Report.figure("%.1f", ours / jvm),
        aim);
  }

  private static String startJvm() throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    return Programs.run(
        new ProcessBuilder(java, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-version"));
  }

  private static double milliseconds(Callable<?> command) throws Exception {
    long start = System.nanoTime();
    command.call();
    return (System.nanoTime() - start) / 1e6;
  }
}
