package io.xengarden.domain.pebble;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.abi.NetifRing;
import io.xengarden.abi.NetifRing.RxResponse;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NetTest {
  private static final String GUEST = "00163e000001";
  private static final String PEER = "00163e000002";
  private static final String TO_ALL = "ffffffffffff";

  private final Bench bench = new Bench(Bench.Setup.plain().withCmdline("quiet ip=10.0.0.1/24"));
  private TestVif vif = new TestVif(bench, 0);

  @AfterEach
  void close() {
    bench.close();
  }

  private void boot() {
    vif.attach();
    vif.peer = TestVif.host(vif, 2);
    bench.awaitPrompt();
  }

  private void receive(String hex) {
    vif.send(HexFormat.of().parseHex(hex.replace(" ", "")));
  }

  private static String hex(byte[] frame) {
    return HexFormat.of().formatHex(frame);
  }

  @Test
  void connectsAndAnnouncesItself() {
    boot();
    assertThat(bench.console.toString())
        .contains("netfront: eth0: connected, 00:16:3e:00:00:01, 10.0.0.1/24");
    assertThat(vif.frontend("state")).isEqualTo("4");
    assertThat(vif.frontend("request-rx-copy")).isEqualTo("1");
    assertThat(vif.frontend("feature-rx-notify")).isEqualTo("1");
    assertThat(hex(vif.sent.getFirst()))
        .as("a gratuitous ARP request")
        .startsWith(TO_ALL + GUEST + "08060001080006040001" + GUEST + "0a000001")
        .contains("000000000000" + "0a000001");
  }

  @Test
  void showsWhatItHas() {
    boot();
    assertThat(bench.command("ip addr"))
        .isEqualTo(
            """
            1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
                link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
                inet 127.0.0.1/8 scope host lo
                   valid_lft forever preferred_lft forever
            2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1400 qdisc mq state UP group default qlen 1000
                link/ether 00:16:3e:00:00:01 brd ff:ff:ff:ff:ff:ff
                inet 10.0.0.1/24 brd 10.0.0.255 scope global eth0
                   valid_lft forever preferred_lft forever
            """);
    assertThat(bench.command("ip link show dev eth0")).hasLineCount(2).contains("link/ether");
    assertThat(bench.command("lsdev")).containsPattern("eth0 +net +0 +connected");
    assertThat(bench.command("cat /proc/interrupts")).containsPattern("xen-dyn +eth0\n");
    assertThat(bench.command("cat /proc/net/dev")).containsPattern("eth0: +\\d+");
  }

  @Test
  void addressesComeAndGo() {
    boot();
    assertThat(bench.command("ip addr add 10.0.0.1/24 dev eth0"))
        .isEqualTo("RTNETLINK answers: File exists\n");
    assertThat(bench.status("ip addr del 10.0.0.1/24 dev eth0")).isZero();
    assertThat(bench.command("ip addr show eth0")).doesNotContain("inet");
    assertThat(bench.command("ping -c 1 10.0.0.2; echo $?"))
        .isEqualTo("ping: connect: Network is unreachable\n2\n");
    assertThat(bench.command("ip addr add 10.0.0.300/24 dev eth0")).contains("valid prefix");
    assertThat(bench.command("ip addr add 10.0.0.9/24 dev eth7"))
        .isEqualTo("Cannot find device \"eth7\"\n");
    vif.sent.clear();
    assertThat(bench.status("ip a a 10.0.0.7/24 dev eth0")).isZero();
    assertThat(hex(vif.sent.getFirst())).as("announced").contains("0a000007");
    assertThat(bench.command("ping -c 1 10.0.0.2")).contains(" 0% packet loss");
  }

  @Test
  void pingPrintsAsOnLinux() {
    boot();
    assertThat(bench.command("ping -c 3 10.0.0.2; echo $?"))
        .matches(
            """
            PING 10\\.0\\.0\\.2 \\(10\\.0\\.0\\.2\\) 56\\(84\\) bytes of data\\.
            64 bytes from 10\\.0\\.0\\.2: icmp_seq=1 ttl=64 time=0\\.\\d{3} ms
            64 bytes from 10\\.0\\.0\\.2: icmp_seq=2 ttl=64 time=0\\.\\d{3} ms
            64 bytes from 10\\.0\\.0\\.2: icmp_seq=3 ttl=64 time=0\\.\\d{3} ms

            --- 10\\.0\\.0\\.2 ping statistics ---
            3 packets transmitted, 3 received, 0% packet loss, time 2000ms
            rtt min/avg/max/mdev = 0\\.\\d{3}/0\\.\\d{3}/0\\.\\d{3}/0\\.\\d{3} ms
            0
            """);
    assertThat(bench.command("ping -c 2 -i 0.01 -q 127.0.0.1")).contains("2 received");
    assertThat(bench.command("ping -c 1 10.0.0.1")).contains("1 received");
  }

  @Test
  void pingSaysWhenNobodyAnswers() {
    boot();
    assertThat(bench.command("ping -c 2 10.0.0.99; echo $?"))
        .contains("From 10.0.0.1 icmp_seq=1 Destination Host Unreachable\n")
        .contains("2 packets transmitted, 0 received, +2 errors, 100% packet loss")
        .endsWith("\n1\n");
    assertThat(bench.command("ping web; echo $?"))
        .isEqualTo("ping: web: Name or service not known\n2\n");
    assertThat(bench.command("ping -i 0 10.0.0.2")).contains("cannot flood");
    assertThat(bench.command("ping -x 10.0.0.2")).contains("invalid option -- 'x'");
  }

  @Test
  void pingSaysItsLastWordsWhenInterrupted() {
    boot();
    bench.type("ping 10.0.0.2\r");
    bench.run(2_500_000_000L);
    bench.type("\u0003");
    bench.runUntil(bench::atPrompt, 1_000_000_000L);
    assertThat(bench.console.toString()).contains("3 packets transmitted, 3 received, 0%");
    assertThat(bench.command("echo $?")).isEqualTo("130\n");
  }

  @Test
  void answersWhoAsks() {
    boot();
    vif.sent.clear();
    receive(TO_ALL + PEER + "0806 0001080006040001" + PEER + "0a000002 000000000000 0a000001");
    bench.run(10_000_000);
    assertThat(hex(vif.sent.getFirst()))
        .startsWith(PEER + GUEST + "0806" + "0001080006040002" + GUEST + "0a000001" + PEER);
    vif.sent.clear();
    receive(
        GUEST
            + PEER
            + "0800 4500001d 00070000 40011edb".replace("1edb", checksumOfHeader())
            + "0a000002 0a000001 0800 9efa 1234 0001 44".replace("9efa", checksumOfEcho()));
    bench.run(10_000_000);
    assertThat(vif.sent).as("an answer, of an odd length").hasSize(1);
    assertThat(hex(vif.sent.getFirst()))
        .startsWith(PEER + GUEST + "0800" + "4500001d")
        .contains("0a0000010a000002" + "0000")
        .contains("1234" + "0001" + "44");
  }

  private static String checksumOfHeader() {
    return checksum("4500001d 00070000 40010000 0a000002 0a000001");
  }

  private static String checksumOfEcho() {
    return checksum("0800 0000 1234 0001 4400");
  }

  private static String checksum(String words) {
    int sum = 0;
    for (byte[] bytes = HexFormat.of().parseHex(words.replace(" ", "")); ; ) {
      for (int i = 0; i < bytes.length; i += 2) {
        sum += (bytes[i] & 0xff) << 8 | bytes[i + 1] & 0xff;
      }
      return HexFormat.of().toHexDigits((short) ~((sum & 0xffff) + (sum >>> 16)));
    }
  }

  /** Between any two steps the kernel's objects are thrown away, and another vCPU may run. */
  @Test
  void nothingIsKeptBetweenTwoSteps() {
    Bench.Setup setup =
        Bench.Setup.plain()
            .withVcpus(2)
            .withCmdline("ip=10.0.0.1/24")
            .withSlices(Bench.ONE_STEP_NS);
    try (Bench slow = new Bench(setup)) {
      TestVif device = new TestVif(slow, 0).attach();
      device.peer = TestVif.host(device, 2);
      assertThat(slow.command("ping -c 20 -i 0.01 10.0.0.2")).contains("20 received, 0%");
    }
  }

  @Test
  void goesOnPingingElsewhere() {
    boot();
    bench.command("ping 10.0.0.2 &");
    for (int move = 0; move < 4; move++) {
      bench.run(3_000_000_000L);
      bench.suspend();
      bench.restoreElsewhere();
      vif = new TestVif(bench, 0).attach();
      vif.peer = TestVif.host(vif, 2);
      bench.run(50_000_000);
      assertThat(hex(vif.sent.getFirst())).as("announced").startsWith(TO_ALL + GUEST + "0806");
    }
    bench.run(3_000_000_000L);
    assertThat(bench.command("ip addr")).contains("inet 10.0.0.1/24");
    String log = bench.command("dmesg");
    assertThat(log).contains("eth0: connected again").contains("icmp_seq=15");
    assertThat(log.lines().filter(line -> line.contains("icmp_seq=")).count())
        .as("replies")
        .isGreaterThanOrEqualTo(13);
  }

  @Test
  void aCancelledSuspendChangesNothing() {
    boot();
    bench.command("ping 10.0.0.2 &");
    bench.run(1_500_000_000L);
    bench.suspend();
    bench.run(1_000_000_000L);
    bench.cancelSuspend();
    bench.run(3_000_000_000L);
    assertThat(bench.command("dmesg")).contains("icmp_seq=5").doesNotContain("connected again");
  }

  @Test
  void pingsThatWaitForTheirInterfaceStartWhenItIsThere() {
    Bench.Setup setup = Bench.Setup.plain().withCmdline("ip=10.0.0.1/24 run='ping -c 2 10.0.0.2'");
    try (Bench late = new Bench(setup)) {
      late.run(2_000_000_000L);
      TestVif device = new TestVif(late, 0).attach();
      device.peer = TestVif.host(device, 2);
      late.run(3_000_000_000L);
      assertThat(late.command("dmesg")).contains("2 packets transmitted, 2 received");
    }
  }

  /** Whatever comes, the guest lives, and still answers. */
  @Test
  void garbageFramesDoNoHarm() {
    boot();
    Random random = new Random(7);
    byte[] header = HexFormat.of().parseHex(GUEST + PEER);
    byte[][] types = {{8, 0}, {8, 6}, {(byte) 0x81, 0}, {(byte) 0x80, 0x35}};
    for (int i = 0; i < 2_000; i++) {
      byte[] frame = new byte[random.nextInt(1515)];
      random.nextBytes(frame);
      if (frame.length > 34 && random.nextInt(4) > 0) {
        System.arraycopy(header, 0, frame, 0, 12);
        System.arraycopy(types[random.nextInt(4)], 0, frame, 12, 2);
        frame[14] = (byte) (random.nextBoolean() ? 0x45 : random.nextInt());
      }
      vif.send(frame);
    }
    bench.run(100_000_000);
    assertThat(bench.command("ping -c 1 10.0.0.2")).contains("1 received");
    assertThat(bench.command("cat /proc/net/dev")).contains("eth0");
  }

  @Test
  void aBackendThatLiesIsNotSpokenToAgain() {
    boot();
    vif.respond(new RxResponse(999, 0, 0, 60));
    bench.run(10_000_000);
    assertThat(bench.command("dmesg"))
        .contains("eth0: disabled: response to buffer 999 that was not offered");
    assertThat(bench.command("ip link")).contains("NO-CARRIER");
  }

  @Test
  void moreAnswersThanBuffersAreALie() {
    boot();
    vif.claim(vif.rx, 50_000);
    bench.run(10_000_000);
    assertThat(bench.command("dmesg")).contains("eth0: disabled: producer is");
  }

  @Test
  void sizesAndPartsThatCannotBeAreDropped() {
    boot();
    vif.respond(new RxResponse(0, 4_000, 0, 200));
    vif.respond(new RxResponse(1, 0, NetifRing.RX_MORE_DATA, 60));
    vif.respond(new RxResponse(2, 0, 0, 60));
    vif.respond(new RxResponse(3, 0, 0, -1));
    bench.run(10_000_000);
    assertThat(bench.command("cat /proc/net/dev")).containsPattern("eth0: +0 +0 +0 +4 ");
    assertThat(bench.command("dmesg")).doesNotContain("disabled");
  }

  @Test
  void aFloodDoesNotKeepTheGuestFromItsWork() {
    boot();
    byte[] frame = HexFormat.of().parseHex(GUEST + PEER + "0800" + "00".repeat(50));
    bench.devices.add(
        new Bench.Device() {
          private long due;

          @Override
          public boolean work() {
            if (bench.now() >= due) {
              due = bench.now() + 1_000;
              vif.send(frame);
            }
            return false;
          }

          @Override
          public long nextDue() {
            return due;
          }
        });
    assertThat(bench.command("echo alive")).isEqualTo("alive\n");
    assertThat(bench.status("sleep 0.01")).isZero();
  }

  @Test
  void anInterfaceComesAndGoes() {
    bench.awaitPrompt();
    vif.attach();
    vif.peer = TestVif.host(vif, 2);
    bench.run(100_000_000);
    String before = bench.command("free -k");
    bench.store.remove(vif.frontendPath());
    bench.run(100_000_000);
    assertThat(bench.command("lsdev")).doesNotContain("eth0");
    assertThat(bench.command("ping -c 1 10.0.0.2")).contains("unreachable");
    assertThat(before).isNotEmpty();
  }

  @Test
  void aMacThatIsNoneIsRefused() {
    vif.mac = "01:00:5e:00:00:01";
    vif.attach();
    bench.awaitPrompt();
    assertThat(bench.console.toString()).contains("xenbus: device/vif/0: error -22");
    assertThat(bench.command("echo on")).isEqualTo("on\n");
  }
}
