package io.xengarden.xenstore.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.abi.XenstoreOp;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** Whatever bytes a guest sends: every request gets one reply, and the others notice nothing. */
class WireFuzzProperties {
  record Sent(int type, int transaction, byte[] payload) {
    @Override
    public String toString() {
      return type + " t" + transaction + " " + new String(payload).replace('\0', '|');
    }
  }

  @Property(tries = 1000)
  void noBytesHurt(@ForAll("requests") List<Sent> requests) {
    TestHost host = new TestHost();
    TestClient dom0 = host.dom0();
    TestClient victim = host.domain(6);
    dom0.ask(XenstoreOp.WRITE, "/local/domain/6/data|");
    dom0.ask(XenstoreOp.SET_PERMS, "/local/domain/6/data|n6|");
    dom0.ask(XenstoreOp.WRITE, "/local/domain/5/data|");
    dom0.ask(XenstoreOp.SET_PERMS, "/local/domain/5/data|n5|");
    victim.ask(XenstoreOp.WRITE, "data/mine|safe");
    victim.ask(XenstoreOp.WATCH, "data|t|");
    int transaction = victim.start();
    victim.in(transaction, XenstoreOp.WRITE, "data/other|1");
    victim.events();

    TestClient hostile = host.domain(5);
    for (Sent sent : requests) {
      hostile.send(sent.type, sent.transaction, sent.payload);
    }

    assertThat(victim.events()).as("nothing of its own changed").isEmpty();
    assertThat(victim.commit(transaction)).isEqualTo("OK|");
    assertThat(victim.ask(XenstoreOp.READ, "data/mine|")).isEqualTo("safe");
    assertThat(dom0.ask(XenstoreOp.DIRECTORY, "/local/domain|")).isEqualTo("5|6|");
    assertThat(host.store.check()).isEmpty();
    host.store.release(5);
    assertThat(dom0.ask(XenstoreOp.DIRECTORY, "/local/domain/5|")).as("all it made").isEmpty();
    assertThat(host.store.check()).isEmpty();
  }

  @Provide
  Arbitrary<List<Sent>> requests() {
    Arbitrary<Integer> type =
        Arbitraries.frequencyOf(
            Tuple.of(9, Arbitraries.integers().between(0, 30)),
            Tuple.of(1, Arbitraries.integers()));
    Arbitrary<Integer> transaction =
        Arbitraries.frequencyOf(
            Tuple.of(6, Arbitraries.just(0)),
            Tuple.of(3, Arbitraries.integers().between(1, 3)),
            Tuple.of(1, Arbitraries.integers()));
    return Combinators.combine(type, transaction, payloads()).as(Sent::new).list().ofMaxSize(40);
  }

  /** Raw bytes, and strings near enough to requests to get past the first check. */
  private static Arbitrary<byte[]> payloads() {
    Arbitrary<byte[]> raw = Arbitraries.bytes().array(byte[].class).ofMaxSize(4096);
    Arbitrary<String> word =
        Arbitraries.of(
            "data",
            "data/a",
            "data/a/b/c",
            "/",
            "/local/domain/5/data/x",
            "/local/domain/6/data",
            "/local/domain/6/data/mine",
            "@releaseDomain",
            "@introduceDomain/6",
            "n5",
            "b5",
            "r6",
            "b0",
            "T",
            "F",
            "5",
            "6",
            "0",
            "-1",
            "99999999999",
            "",
            "//",
            "x".repeat(2048));
    Arbitrary<byte[]> words =
        Combinators.combine(word.list().ofMaxSize(5), Arbitraries.of("", "|"))
            .as((list, end) -> TestClient.bytes(String.join("|", list) + end))
            .filter(bytes -> bytes.length <= 4096);
    return Arbitraries.frequencyOf(Tuple.of(1, raw), Tuple.of(4, words));
  }
}
