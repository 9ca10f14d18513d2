package io.xengarden.cli.garden;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.xengarden.cli.Main;
import io.xengarden.cli.Typed;
import io.xengarden.proto.v1.DomainInfo;
import io.xengarden.proto.v1.RunCommandOutput;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line as a process of its own, ended by a signal. */
class RunCommandProcessTest {
  @TempDir Path directory;

  @Test
  void sigtermCancelsTheCommandInTheGuest() throws IOException, InterruptedException {
    try (Typed xen = Typed.on(directory, 1)) {
      xen.host().domains.add(DomainInfo.newBuilder().setDomid(3).setName("web").build());
      xen.host().runHangs = true;
      xen.host()
          .runOutputs
          .add(RunCommandOutput.newBuilder().setData(ByteString.copyFromUtf8("1\n")).build());
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  Main.class.getName(),
                  "--dir",
                  directory.toString(),
                  "run",
                  "web",
                  "--",
                  "counter")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      assertThat(process.getInputStream().readNBytes(2))
          .as("output comes while the command runs")
          .isEqualTo("1\n".getBytes());
      process.destroy();
      assertThat(xen.host().cancelled.take()).isEqualTo("run");
      assertThat(process.waitFor()).as("128 and SIGTERM").isEqualTo(143);
    }
  }
}
