package io.xengarden.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xengarden.cli.config.ConfigError.BadSpec;
import io.xengarden.proto.v1.DiskConfig;
import io.xengarden.proto.v1.VifConfig;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The small languages inside configuration values (ref xen.md §2.4 to §2.6). */
class SpecsTest {
  private static final Path DIRECTORY = Path.of("/srv/guests");

  private static DiskConfig disk(String spec) throws BadSpec {
    return DiskSpec.parse(spec, Dialect.XL, DIRECTORY);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /dev/vg/a,,xvda                  | /dev/vg/a          |       | xvda | false | ''    | false
          /x.img,raw,xvda,rw               | /x.img             | raw   | xvda | false | ''    | false
          x.img,qcow2,xvdb,ro              | /srv/guests/x.img  | qcow2 | xvdb | true  | ''    | false
          format=raw, vdev=xvda, access=r, target=/a,b=c | /a,b=c | raw  | xvda | true  | ''    | false
          vdev=xvda,target=../y.img        | /srv/y.img         |       | xvda | false | ''    | false
          /x,vdev=xvda,backendtype=qdisk   | /x                 |       | xvda | false | qdisk | false
          /x,,hdc,,cdrom                   | /x                 |       | hdc  | true  | ''    | true
          ,,hdc,,devtype=cdrom             | ''                 |       | hdc  | true  | ''    | true
          phy:/dev/vg/a,xvda,w             | /dev/vg/a          |       | xvda | false | phy   | false
          file:x.img,xvda1,r               | /srv/guests/x.img  |       | xvda1 | true | file  | false
          tap:aio:/x.img,xvda,w            | /x.img             |       | xvda | false | tap   | false
          tap:qcow2:/x,xvda,w              | /x                 | qcow2 | xvda | false | tap   | false
          ',hdc:cdrom,r'                   | ''                 |       | hdc  | true  | ''    | true
          file:/cd.iso,hdc:cdrom,r         | /cd.iso            |       | hdc  | true  | file  | true
          /x,,xvda,,discard,trusted        | /x                 |       | xvda | false | ''    | false
          """)
  void disksOfBothSyntaxesAreRead(
      String spec,
      String target,
      String format,
      String vdev,
      boolean readOnly,
      String backend,
      boolean cdrom)
      throws BadSpec {
    assertThat(disk(spec))
        .isEqualTo(
            DiskConfig.newBuilder()
                .setTarget(target)
                .setFormat(format == null ? "" : format)
                .setVdev(vdev)
                .setReadOnly(readOnly)
                .setBackendType(backend)
                .setCdrom(cdrom)
                .build());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /x                      | no vdev specified
          ,,xvda                  | no target specified
          /x,xvda,w               | unknown value `xvda' for format
          /x,raw,nope             | invalid vdev `nope'
          /x,raw,xvda,rx          | unknown value `rx' for access
          /x,raw,xvda,rw,more     | too many positional parameters: `more'
          /x,raw,xvda,vdev=xvdb   | disk vdev is set twice
          /x,raw,xvda,colour=red  | unknown disk parameter `colour'
          zzz:/x,xvda,w           | unknown deprecated disk prefix `zzz:'
          nbd:/x,xvda,w           | disk script block-nbd is not supported
          /x,,xvda,script=block-y | disk script block-y is not supported
          /x,,xvda,backendtype=z  | unknown value `z' for backendtype
          /x,,xvda,devtype=floppy | unknown value `floppy' for devtype
          """)
  void aWrongDiskIsRefusedByWhatIsWrong(String spec, String message) {
    assertThatThrownBy(() -> disk(spec)).hasMessage(message);
  }

  @Test
  void xmHasItsOwnModesAndDevices() throws BadSpec {
    DiskConfig shared = DiskSpec.parse("phy:vg/a,xvda,w!", Dialect.XM, DIRECTORY);
    assertThat(shared.getTarget()).isEqualTo("/dev/vg/a");
    assertThat(shared.getReadOnly()).isFalse();
    assertThatThrownBy(() -> DiskSpec.parse("phy:vg/a,xvda,x", Dialect.XM, DIRECTORY))
        .hasMessage("Invalid mode");
    assertThatThrownBy(() -> DiskSpec.parse("zzz:a,xvda,w", Dialect.XM, DIRECTORY))
        .hasMessage("Block device type \"zzz\" is invalid.");
  }

  @ParameterizedTest
  @CsvSource({
    "xvda, 51712",
    "xvdb, 51728",
    "xvda1, 51713",
    "xvdp15, 51967",
    "xvdq, 268439552",
    "xvda16, 268435472",
    "xvdaa, 268442112",
    "sda, 2048",
    "sdb1, 2065",
    "hda, 768",
    "hdb2, 834",
    "hdc, 5632",
    "hdd, 5696",
    "d0, 51712",
    "d1p3, 51731",
    "51712, 51712",
    "0xca00, 51712"
  })
  void vdevsHaveXensNumbers(String name, int number) {
    assertThat(Vdev.number(name)).hasValue(number);
  }

  @ParameterizedTest
  @CsvSource({"xvd", "xvdA", "sdq", "hde", "hda64", "xvda256", "d", "dx", "floppy", "''", "-1"})
  void whatIsNoVdevHasNone(String name) {
    assertThat(Vdev.number(name)).isEmpty();
  }

  @Test
  void vifsAreKeysAndValues() throws BadSpec {
    assertThat(VifSpec.parse("")).isEqualTo(VifConfig.getDefaultInstance());
    assertThat(
            VifSpec.parse(
                "mac=00:16:3E:00:0a:01, bridge=xenbr1,ip=10.0.0.2,vifname=v,script=vif-x,mtu=9000,"
                    + "type=vif,model=e1000,trusted,gatewaydev=eth0"))
        .isEqualTo(
            VifConfig.newBuilder()
                .setMac("00:16:3e:00:0a:01")
                .setBridge("xenbr1")
                .setIp("10.0.0.2")
                .setVifname("v")
                .setScript("vif-x")
                .setMtu(9000)
                .setType("vif")
                .setModel("e1000")
                .build());
  }

  @ParameterizedTest
  @CsvSource({
    "10Mb/s, 62500, 50000",
    "250KB/s, 12500, 50000",
    "1MB/s@20ms, 20000, 20000",
    "1GB/s@1s, 1000000000, 1000000",
    "8000b/s@500us, 0, 500"
  })
  void aRateIsBytesPerInterval(String rate, long bytes, long intervalUs) throws BadSpec {
    VifConfig vif = VifSpec.parse("rate=" + rate);
    assertThat(vif.getRateBytes()).isEqualTo(bytes);
    assertThat(vif.getRateIntervalUs()).isEqualTo(intervalUs);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          mac=00:16:3e   | invalid MAC address `00:16:3e'
          rate=fast      | invalid rate `fast'
          rate=0B/s      | rate overflow in `0B/s'
          rate=9999999999GB/s | rate overflow in `9999999999GB/s'
          rate=4294967295GB/s@4000s | rate overflow in `4294967295GB/s@4000s'
          mtu=1          | invalid mtu `1'
          type=ioemu     | vif type ioemu needs an HVM guest
          bridge         | unrecognized vif argument `bridge'
          colour=red     | unrecognized vif argument `colour'
          """)
  void aWrongVifIsRefusedByWhatIsWrong(String spec, String message) {
    assertThatThrownBy(() -> VifSpec.parse(spec)).hasMessage(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          all            | {0, 1, 2, 3, 4, 5, 6, 7}
          0-3,5          | {0, 1, 2, 3, 5}
          0-3,5,^1       | {0, 2, 3, 5}
          ^1,0-3         | {0, 1, 2, 3}
          all,^2-6       | {0, 1, 7}
          nodes:0,^3     | {0, 1, 2, 4, 5, 6, 7}
          all,^node:0    | {}
          12             | {12}
          """)
  void cpuListsAreEvaluatedFromLeftToRight(String list, String cpus) throws BadSpec {
    assertThat(CpuList.parse(list, 8)).hasToString(cpus);
  }

  @ParameterizedTest
  @CsvSource({"^all", "5-3", "x", "''", "1--2", "4096", "'1,'", "-1"})
  void aWrongCpuListIsRefused(String list) {
    assertThatThrownBy(() -> CpuList.parse(list, 8)).isInstanceOf(BadSpec.class);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1048576",
    "1b, 1",
    "2k, 2048",
    "2K, 2048",
    "3m, 3145728",
    "16g, 17179869184",
    "1T, 1099511627776",
    "0, 0"
  })
  void sizesHaveOneLetterSuffixes(String text, long bytes) {
    assertThat(Size.bytes(text)).hasValue(bytes);
  }

  @ParameterizedTest
  @CsvSource({"''", "g", "1gb", "-1", "1.5g", "99999999999999999999", "9999999999999t", "0x10"})
  void whatIsNoSizeIsNone(String text) {
    assertThat(Size.bytes(text)).isEmpty();
  }
}
