package io.xengarden.cli.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.proto.v1.DiskConfig;
import io.xengarden.proto.v1.DomainConfig;
import io.xengarden.proto.v1.LifecycleAction;
import io.xengarden.proto.v1.VifConfig;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DomainConfigReaderTest {
  private static final Path DIRECTORY = Path.of("/srv");
  private static final String LEAST = "name='a'\nkernel='builtin:pebble'\n";

  private static DomainConfigReader.Result read(Dialect dialect, String text) throws ConfigError {
    ConfigSettings settings = new ConfigSettings();
    dialect.parse("f", text, settings);
    return DomainConfigReader.read(settings, dialect, DIRECTORY);
  }

  private static DomainConfig xl(String text) throws ConfigError {
    return read(Dialect.XL, text).config();
  }

  private static String error(String text) {
    try {
      return "no error: " + xl(text);
    } catch (ConfigError e) {
      return e.getMessage();
    }
  }

  @Test
  void everyKeyOfThisBuildIsRead() throws ConfigError {
    assertThat(
            xl(
                """
                name = "web"
                uuid = "6DF6D187-8b0d-4a60-8c56-56ef8d3af9cd"
                memory = 64
                maxmem = 128
                vcpus = 2
                maxvcpus = 4
                kernel = "vmlinuz"
                ramdisk = "/boot/initrd"
                root = "/dev/xvda1 ro"
                extra = "quiet"
                disk = [ "x.img,,xvda" ]
                vif = [ "bridge=xenbr0", "" ]
                on_poweroff = "preserve"
                on_reboot = "rename-restart"
                on_crash = "coredump-restart"
                on_watchdog = "coredump-destroy"
                on_soft_reset = "restart"
                cpu_weight = 512
                cap = 150
                nomigrate = 1
                """))
        .isEqualTo(
            DomainConfig.newBuilder()
                .setName("web")
                .setUuid("6df6d187-8b0d-4a60-8c56-56ef8d3af9cd")
                .setMemoryKib(65_536)
                .setMaxMemoryKib(131_072)
                .setVcpus(2)
                .setMaxVcpus(4)
                .setKernel("/srv/vmlinuz")
                .setRamdisk("/boot/initrd")
                .setCmdline("root=/dev/xvda1 ro quiet")
                .addDisks(DiskConfig.newBuilder().setTarget("/srv/x.img").setVdev("xvda"))
                .addVifs(VifConfig.newBuilder().setBridge("xenbr0"))
                .addVifs(VifConfig.getDefaultInstance())
                .setOnPoweroff(LifecycleAction.LIFECYCLE_ACTION_PRESERVE)
                .setOnReboot(LifecycleAction.LIFECYCLE_ACTION_RENAME_RESTART)
                .setOnCrash(LifecycleAction.LIFECYCLE_ACTION_COREDUMP_RESTART)
                .setOnWatchdog(LifecycleAction.LIFECYCLE_ACTION_COREDUMP_DESTROY)
                .setOnSoftReset(LifecycleAction.LIFECYCLE_ACTION_RESTART)
                .setCpuWeight(512)
                .setCpuCap(150)
                .setNoMigrate(true)
                .build());
  }

  @Test
  void whatIsNotSetHasXlsDefaults() throws ConfigError {
    assertThat(xl(LEAST))
        .isEqualTo(
            DomainConfig.newBuilder()
                .setName("a")
                .setMemoryKib(32 * 1024)
                .setMaxMemoryKib(32 * 1024)
                .setVcpus(1)
                .setMaxVcpus(1)
                .setKernel("builtin:pebble")
                .setOnPoweroff(LifecycleAction.LIFECYCLE_ACTION_DESTROY)
                .setOnReboot(LifecycleAction.LIFECYCLE_ACTION_RESTART)
                .setOnCrash(LifecycleAction.LIFECYCLE_ACTION_DESTROY)
                .setOnWatchdog(LifecycleAction.LIFECYCLE_ACTION_DESTROY)
                .setOnSoftReset(LifecycleAction.LIFECYCLE_ACTION_SOFT_RESET)
                .setCpuWeight(256)
                .build());
  }

  @Test
  void xmHasItsOwnDefaultsAndVcpuMask() throws ConfigError {
    DomainConfig config =
        read(Dialect.XM, LEAST + "builder='linux'\nvcpus=4\nvcpu_avail=3\ncpu_cap=50\n").config();
    assertThat(config.getMemoryKib()).isEqualTo(128 * 1024);
    assertThat(config.getVcpus()).isEqualTo(2);
    assertThat(config.getMaxVcpus()).isEqualTo(4);
    assertThat(config.getCpuCap()).isEqualTo(50);
    assertThat(config.getOnCrash()).isEqualTo(LifecycleAction.LIFECYCLE_ACTION_RESTART);
  }

  @Test
  void aWholeCommandLineOverridesItsPartsWithAWarning() throws ConfigError {
    DomainConfigReader.Result result =
        read(Dialect.XL, LEAST + "root='x'\nextra='y'\ncmdline='z'\n");
    assertThat(result.config().getCmdline()).isEqualTo("z");
    assertThat(result.warnings())
        .containsExactly("Warning: ignoring root= and extra= in favour of cmdline=");
  }

  @Test
  void unknownKeysAreIgnoredAndHvmOnesWarnedOf() throws ConfigError {
    DomainConfigReader.Result result =
        read(
            Dialect.XL,
            LEAST + "colour='red'\nvfb=['vnc=1']\npci=['00:1d.0']\ncpus='0-3,^1'\nacpi=1\n");
    assertThat(result.config()).isEqualTo(xl(LEAST));
    assertThat(result.warnings()).containsExactly("Warning: acpi= has no meaning for a pv guest");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      textBlock =
          """
          name=''                 | Domain name must be specified.
          name='a/b'              | f:3:6: invalid domain name
          uuid='1234'             | f:3:6: Failed to parse UUID: 1234
          type='hvm'              | f:3:6: type "hvm" needs hardware virtualization; only pv guests run here
          type='odd'              | f:3:6: Invalid domain type odd.
          builder='hvm'           | f:3:9: builder "hvm" needs hardware virtualization; only pv guests run here
          memory=0                | f:3:8: memory must be from 1 to 16777216
          memory=99999999999      | f:3:8: memory must be from 1 to 16777216
          memory='64m'            | f:3:8: parameter `memory' is not a valid number
          maxmem=16               | f:3:8: maxmem (16) < memory (32)
          vcpus=0                 | f:3:7: vcpus must be from 1 to 8192
          vcpus=2;maxvcpus=1      | f:3:18: maxvcpus (1) < vcpus (2)
          cpu_weight=0            | f:3:12: cpu_weight must be from 1 to 65535
          cap=101                 | f:3:5: cap must be from 0 to 100
          cpus='5-3'              | f:3:6: cpu range `5-3' runs backwards
          kernel=''               | a kernel must be specified.
          bootloader='pygrub'     | f:3:12: kernel and bootloader cannot both be specified
          disk=['x']              | f:3:7: no vdev specified
          vif=['odd']             | f:3:6: unrecognized vif argument `odd'
          on_crash='explode'      | f:3:10: Unknown on_crash action "explode" specified
          """)
  void anErrorSaysWhereAndWhat(String line, String message) {
    assertThat(error(LEAST + line)).isEqualTo(message);
  }

  @Test
  void aMissingNameIsXlsOwnMessage() {
    assertThat(error("kernel='builtin:pebble'")).isEqualTo("Domain name must be specified.");
  }
}
