package io.xengarden.xenstore.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.abi.XenstoreOp;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/**
 * Whatever dom0 and two guests ask, in whatever order, in whatever transactions: replies and events
 * are those of {@link Model}, and the store is sound.
 */
class StoreProperties {
  private static final int[] DOMIDS = {0, 1, 2};

  /**
   * One request.
   *
   * @param transaction one of the client's open ones, counted from the latest, or 0 for none
   */
  record Step(int client, int transaction, XenstoreOp op, List<String> arguments) {
    @Override
    public String toString() {
      return "%d%s %s %s"
          .formatted(client, transaction == 0 ? "" : " t-" + transaction, op, arguments);
    }
  }

  @Property(tries = 1500)
  void storeAndModelAgree(@ForAll("stories") List<Step> story) {
    TestHost host = new TestHost();
    Model model = new Model(DOMIDS);
    List<TestClient> clients = List.of(host.dom0(), host.domain(1), host.domain(2));
    List<List<Integer>> open = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    for (Step step : story) {
      List<Integer> mine = open.get(step.client);
      int transaction =
          step.transaction == 0 || step.transaction > mine.size()
              ? 0
              : mine.get(mine.size() - step.transaction);
      String reply =
          clients.get(step.client).in(transaction, step.op, payload(step.op, step.arguments));
      assertThat(reply)
          .as("reply to %s", step)
          .isEqualTo(model.ask(step.client, transaction, step.op, step.arguments));
      for (int i = 0; i < clients.size(); i++) {
        List<String> events = clients.get(i).events();
        events.sort(null);
        assertThat(events).as("events of client %d at %s", i, step).isEqualTo(model.events(i));
      }
      if (step.op == XenstoreOp.TRANSACTION_START && !reply.startsWith("!")) {
        mine.add(Integer.parseInt(reply.replace("|", "")));
      } else if (step.op == XenstoreOp.TRANSACTION_END) {
        mine.remove((Object) transaction);
      } else if (step.op == XenstoreOp.RESET_WATCHES) {
        mine.clear();
      }
    }
    assertThat(host.store.check()).isEmpty();
  }

  private static String payload(XenstoreOp op, List<String> arguments) {
    String joined = String.join("|", arguments);
    return op == XenstoreOp.WRITE ? joined : joined + "|";
  }

  @Provide
  Arbitrary<List<Step>> stories() {
    Arbitrary<Step> step =
        Combinators.combine(clients(), Arbitraries.integers().between(0, 2), requests())
            .as(
                (client, transaction, request) ->
                    new Step(client, transaction, request.get1(), request.get2()));
    return step.list().ofMinSize(1).ofMaxSize(80);
  }

  private static Arbitrary<Integer> clients() {
    return Arbitraries.frequency(Tuple.of(3, 0), Tuple.of(2, 1), Tuple.of(1, 2));
  }

  private static Arbitrary<Tuple.Tuple2<XenstoreOp, List<String>>> requests() {
    Arbitrary<String> path = paths();
    Arbitrary<String> token = Arbitraries.of("s", "t");
    return Arbitraries.frequencyOf(
        Tuple.of(3, path.map(p -> Tuple.of(XenstoreOp.READ, List.of(p)))),
        Tuple.of(2, path.map(p -> Tuple.of(XenstoreOp.DIRECTORY, List.of(p)))),
        Tuple.of(1, path.map(p -> Tuple.of(XenstoreOp.GET_PERMS, List.of(p)))),
        Tuple.of(
            6,
            Combinators.combine(path, Arbitraries.of("", "1", "22"))
                .as((p, v) -> Tuple.of(XenstoreOp.WRITE, List.of(p, v)))),
        Tuple.of(2, path.map(p -> Tuple.of(XenstoreOp.MKDIR, List.of(p)))),
        Tuple.of(3, path.map(p -> Tuple.of(XenstoreOp.RM, List.of(p)))),
        Tuple.of(
            4,
            Combinators.combine(path, permissions())
                .as((p, perms) -> Tuple.of(XenstoreOp.SET_PERMS, with(p, perms)))),
        Tuple.of(
            3,
            Combinators.combine(path, token)
                .as((p, t) -> Tuple.of(XenstoreOp.WATCH, List.of(p, t)))),
        Tuple.of(
            1,
            Combinators.combine(path, token)
                .as((p, t) -> Tuple.of(XenstoreOp.UNWATCH, List.of(p, t)))),
        Tuple.of(3, Arbitraries.just(Tuple.of(XenstoreOp.TRANSACTION_START, List.of("")))),
        Tuple.of(
            3,
            Arbitraries.of("T", "T", "T", "F")
                .map(how -> Tuple.of(XenstoreOp.TRANSACTION_END, List.of(how)))),
        Tuple.of(1, Arbitraries.just(Tuple.of(XenstoreOp.RESET_WATCHES, List.of("")))));
  }

  /** Few and shallow, so that requests meet. */
  private static Arbitrary<String> paths() {
    return Arbitraries.of("a", "b", "a-b")
        .list()
        .ofMinSize(0)
        .ofMaxSize(3)
        .map(names -> "/" + String.join("/", names));
  }

  private static Arbitrary<List<String>> permissions() {
    Arbitrary<String> entry =
        Combinators.combine(Arbitraries.of("n", "r", "w", "b"), Arbitraries.of(0, 1, 2))
            .as((letter, domid) -> letter + domid);
    return entry.list().ofMinSize(1).ofMaxSize(3);
  }

  private static List<String> with(String first, List<String> rest) {
    List<String> all = new ArrayList<>(List.of(first));
    all.addAll(rest);
    return all;
  }
}
