package io.xengarden.node.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.xengarden.node.image.adapter.SaveFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Xen's own checker accepts our images. Needs Debian's package xen-utils-4.17. */
class VerifyStreamIT {
  private static final Path VERIFIER = Path.of("/usr/lib/xen-4.17/bin/verify-stream-v2");
  private static final Path ITS_MODULES = Path.of("/usr/lib/xen-4.17/lib/python");

  /** It imports Xen's modules, which the interpreter in its first line does not find by itself. */
  private static final Path PYTHON = Path.of("/usr/bin/python3");

  @TempDir Path folder;

  @BeforeEach
  void findVerifier() {
    boolean found = Files.isRegularFile(VERIFIER) && Files.isExecutable(PYTHON);
    if ("1".equals(System.getenv("XENGARDEN_CI"))) {
      assertThat(found).as("%s is there, from Debian's package xen-utils-4.17", VERIFIER).isTrue();
    }
    assumeTrue(found, VERIFIER + " is missing: install Debian's package xen-utils-4.17");
  }

  @Test
  void xensVerifierAcceptsOurFile() throws IOException, InterruptedException {
    Path image = folder.resolve("web.xlsave");
    SparsePages pages = new SparsePages();
    for (int gfn = 0; gfn < SampleImage.FRAMES; gfn += gfn % 7 + 1) {
      pages.noise(gfn, gfn);
    }
    try (SaveFile file = SaveFile.create(image)) {
      ImageEncoder encoder =
          ImageEncoder.ofFile(SampleImage.shape(), SampleImage.JSON, file.chunks());
      encoder.begin();
      FrameWalk walk = new FrameWalk(pages, SampleImage.FRAMES);
      long[] gfns = new long[100];
      for (int count = walk.next(gfns); count > 0; count = walk.next(gfns)) {
        encoder.pages(gfns, count, pages);
      }
      encoder.finish(SampleImage.state(0, 1));
      file.commit();
    }

    Verdict verdict = verify("xl", image);

    assertThat(verdict.exit).as(verdict.output).isZero();
    assertThat(verdict.output)
        .contains(
            "Processed xl header",
            "Libxc Image Header: Version 3, little endian",
            "Domain Header: x86 PV from Xen 4.17",
            "64bit guest, 4 levels of pagetables",
            "x86 CPUID policy, length 96",
            "Start pfn 0x0, End 0x7ff",
            "Mode 0, 1000000 kHz, 123456789 ns, incarnation 2",
            "vcpu0 basic context, 5168 bytes",
            "vcpu1 xsave context, 16 bytes")
        .endsWith("Libxc Record: End, length 0\nLibxl Record: End, length 0\n");
  }

  @Test
  void xensVerifierAcceptsOurStream() throws IOException, InterruptedException {
    Path stream = folder.resolve("stream");
    Files.write(stream, SampleImage.stream());

    Verdict verdict = verify("libxl", stream);

    assertThat(verdict.exit).as(verdict.output).isZero();
  }

  /** That the verifier is one: it refuses what we refuse. */
  @Test
  void xensVerifierRefusesACutFile() throws IOException, InterruptedException {
    Path image = folder.resolve("cut.xlsave");
    byte[] whole = SampleImage.file();
    Files.write(image, Arrays.copyOf(whole, whole.length - 40));

    Verdict verdict = verify("xl", image);

    assertThat(verdict.exit).isEqualTo(1);
    assertThat(verdict.output).contains("Stream Error:");
  }

  private record Verdict(int exit, String output) {}

  private Verdict verify(String format, Path file) throws IOException, InterruptedException {
    Path output = folder.resolve("output");
    ProcessBuilder command =
        new ProcessBuilder(
            PYTHON.toString(), VERIFIER.toString(), "-v", "-f", format, "-i", file.toString());
    command.environment().put("PYTHONPATH", ITS_MODULES.toString());
    command.redirectErrorStream(true).redirectOutput(output.toFile());
    Process process = command.start();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("verify-stream-v2 has not ended after 60 s");
    }
    return new Verdict(process.exitValue(), Files.readString(output));
  }
}
