package io.xengarden.cli.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.cli.config.ConfigError.BadSpec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

/** Whatever the bytes: a value, or one error of one line that says where. */
class ConfigProperties {
  private static final Path DIRECTORY = Path.of("/srv");

  private static void reads(Dialect dialect, String text) {
    ConfigSettings settings = new ConfigSettings();
    try {
      dialect.parse("f", text, settings);
    } catch (ConfigError e) {
      assertThat(e.getMessage()).matches("f:[0-9]+:[0-9]+: [^\\n]+");
      return;
    }
    try {
      DomainConfigReader.Result result = DomainConfigReader.read(settings, dialect, DIRECTORY);
      assertThat(result.config().getName()).isNotEmpty();
      assertThat(result.config().getMemoryKib()).isPositive();
    } catch (ConfigError e) {
      assertThat(e.getMessage().lines()).hasSize(1);
    }
  }

  @Property
  void anyBytesAreReadOrRefused(@ForAll @Size(max = 400) byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    reads(Dialect.XL, text);
    reads(Dialect.XM, text);
  }

  @Property
  void anySequenceOfTokensIsReadOrRefused(@ForAll("tokens") List<String> tokens) {
    String text = String.join("", tokens);
    reads(Dialect.XL, text);
    reads(Dialect.XM, text);
  }

  @Provide
  Arbitrary<List<String>> tokens() {
    return Arbitraries.of(
            "name",
            "memory",
            "disk",
            "vif",
            "vcpus",
            "kernel",
            "cpus",
            "uuid",
            "on_crash",
            "=",
            "+=",
            " ",
            "\n",
            ";",
            "[",
            "]",
            "(",
            ")",
            ",",
            "'",
            "\"",
            "'''",
            "\\",
            "%",
            "%d",
            "#",
            "0x",
            "08",
            "12",
            "-1",
            "\"web\"",
            "'/x,raw,xvda,rw'",
            "'mac=00:16:3e:00:00:01'",
            "True",
            "a",
            "\u0000",
            "\u00e9")
        .list()
        .ofMaxSize(40);
  }

  @Property
  void aStringSurvivesQuoting(@ForAll("printable") String value) throws ConfigError {
    String quoted = '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    ConfigSettings settings = new ConfigSettings();
    XlConfigParser.parse("f", "a = " + quoted, settings);
    assertThat(settings.string("a", null)).isEqualTo(value);
  }

  @Provide
  Arbitrary<String> printable() {
    return Arbitraries.strings().withCharRange(' ', '~').ofMaxLength(60);
  }

  @Property
  void anyDiskVifAndCpuTextIsReadOrRefused(@ForAll("specs") String spec) {
    for (Dialect dialect : Dialect.values()) {
      try {
        var disk = DiskSpec.parse(spec, dialect, DIRECTORY);
        assertThat(Vdev.number(disk.getVdev())).isPresent();
        assertThat(disk.getTarget().isEmpty() || disk.getTarget().startsWith("/")).isTrue();
      } catch (BadSpec e) {
        assertThat(e.getMessage().lines()).hasSize(1);
      }
    }
    try {
      assertThat(VifSpec.parse(spec).getRateBytes()).isNotNegative();
    } catch (BadSpec e) {
      assertThat(e.getMessage().lines()).hasSize(1);
    }
    try {
      BitSet cpus = CpuList.parse(spec, 8);
      assertThat(cpus.length()).isLessThanOrEqualTo(CpuList.MAX_CPU + 1);
    } catch (BadSpec e) {
      assertThat(e.getMessage().lines()).hasSize(1);
    }
  }

  @Provide
  Arbitrary<String> specs() {
    Arbitrary<String> pieces =
        Arbitraries.of(
            "phy:",
            "file:",
            "tap:",
            "aio:",
            "iscsi:",
            "zzz:",
            "/dev/x",
            "disk.img",
            ",",
            "xvda",
            "hdc",
            "hdc:cdrom",
            "sdq",
            "d3p2",
            "raw",
            "qcow2",
            "rw",
            "r",
            "w!",
            "cdrom",
            "format=",
            "vdev=",
            "target=",
            "access=",
            "=",
            " ",
            "all",
            "^",
            "-",
            "0",
            "7",
            "4095",
            "node:",
            "rate=10Mb/s",
            "@50ms",
            "mac=",
            "00:16:3e:00:00:01",
            "mtu=",
            "ip=",
            "\u0000");
    return pieces.list().ofMaxSize(12).map(list -> String.join("", list));
  }
}
