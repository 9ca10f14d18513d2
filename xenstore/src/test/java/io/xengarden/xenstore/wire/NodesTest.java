package io.xengarden.xenstore.wire;

import static io.xengarden.abi.XenstoreOp.DIRECTORY;
import static io.xengarden.abi.XenstoreOp.DIRECTORY_PART;
import static io.xengarden.abi.XenstoreOp.GET_DOMAIN_PATH;
import static io.xengarden.abi.XenstoreOp.MKDIR;
import static io.xengarden.abi.XenstoreOp.READ;
import static io.xengarden.abi.XenstoreOp.RM;
import static io.xengarden.abi.XenstoreOp.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodesTest {
  private final TestHost host = new TestHost();
  private final TestClient dom0 = host.dom0();

  @Test
  void whatIsWrittenIsRead() {
    assertThat(dom0.ask(WRITE, "/a|hello")).isEqualTo("OK|");
    assertThat(dom0.ask(READ, "/a|")).isEqualTo("hello");
  }

  @Test
  void valuesAreBytesWithoutMeaning() {
    dom0.ask(WRITE, "/a|x||\u00ff|");
    assertThat(dom0.ask(READ, "/a|")).isEqualTo("x||\u00ff|");
  }

  @Test
  void writingMakesMissingParentsWithEmptyValues() {
    dom0.ask(WRITE, "/a/b/c|1");
    assertThat(dom0.ask(READ, "/a|")).isEmpty();
    assertThat(dom0.ask(READ, "/a/b|")).isEmpty();
    assertThat(dom0.ask(DIRECTORY, "/a|")).isEqualTo("b|");
  }

  @Test
  void aDirectoryListsItsChildrenSorted() {
    for (String name : List.of("c", "a", "b-1", "b", "B")) {
      dom0.ask(WRITE, "/d/" + name + "|");
    }
    assertThat(dom0.ask(DIRECTORY, "/d|")).isEqualTo("B|a|b|b-1|c|");
    dom0.ask(RM, "/d/b|");
    assertThat(dom0.ask(DIRECTORY, "/d|")).isEqualTo("B|a|b-1|c|");
  }

  @Test
  void mkdirLeavesAnExistingValueAlone() {
    dom0.ask(WRITE, "/a|hello");
    assertThat(dom0.ask(MKDIR, "/a|")).isEqualTo("OK|");
    assertThat(dom0.ask(READ, "/a|")).isEqualTo("hello");
    assertThat(dom0.ask(MKDIR, "/x/y|")).isEqualTo("OK|");
    assertThat(dom0.ask(READ, "/x/y|")).isEmpty();
  }

  @Test
  void removalTakesEverythingBelow() {
    dom0.ask(WRITE, "/a/b/c|1");
    dom0.ask(WRITE, "/ab|2");
    assertThat(dom0.ask(RM, "/a|")).isEqualTo("OK|");
    assertThat(dom0.ask(READ, "/a/b/c|")).isEqualTo("!ENOENT");
    assertThat(dom0.ask(READ, "/ab|")).as("a sibling with the same beginning").isEqualTo("2");
  }

  @Test
  void removingWhatIsMissingIsFineUnlessItsParentIsMissingToo() {
    assertThat(dom0.ask(RM, "/missing|")).isEqualTo("OK|");
    assertThat(dom0.ask(RM, "/missing/child|")).isEqualTo("!ENOENT");
  }

  @Test
  void theRootCannotBeRemoved() {
    assertThat(dom0.ask(RM, "/|")).isEqualTo("!EINVAL");
    assertThat(dom0.ask(DIRECTORY, "/|")).isEqualTo("tool|");
  }

  @Test
  void relativePathsBeginAtTheDomainsOwn() {
    dom0.ask(WRITE, "/local/domain/7/name|web");
    dom0.ask(io.xengarden.abi.XenstoreOp.SET_PERMS, "/local/domain/7/name|n0|r7|");
    assertThat(host.domain(7).ask(READ, "name|")).isEqualTo("web");
    dom0.ask(WRITE, "/local/domain/0/name|Domain-0");
    assertThat(dom0.ask(READ, "name|")).isEqualTo("Domain-0");
    assertThat(dom0.ask(GET_DOMAIN_PATH, "7|")).isEqualTo("/local/domain/7|");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "|",
        "/a",
        "/a/|",
        "//|",
        "/a//b|",
        "/a b|",
        "/\u00e4|",
        "/a|b|",
        "@x|",
        "/.|"
      })
  void malformedPathsAreRefused(String payload) {
    assertThat(dom0.ask(READ, payload)).isEqualTo("!EINVAL");
  }

  @Test
  void pathsHaveALongestLength() {
    String longest = "/" + "x".repeat(3071);
    assertThat(dom0.ask(WRITE, longest + "|1")).isEqualTo("OK|");
    assertThat(dom0.ask(WRITE, longest + "x|1")).isEqualTo("!EINVAL");
    assertThat(dom0.ask(WRITE, "y".repeat(2049) + "|1")).isEqualTo("!EINVAL");
  }

  @Test
  void deepTreesCanBeMadeAndRemoved() {
    String deep = "/d".repeat(1500);
    assertThat(dom0.ask(WRITE, deep + "|1")).isEqualTo("OK|");
    assertThat(dom0.ask(READ, deep + "|")).isEqualTo("1");
    assertThat(host.store.check()).isEmpty();
    assertThat(dom0.ask(RM, "/d|")).isEqualTo("OK|");
    assertThat(host.store.check()).isEmpty();
  }

  @Test
  void aReplyTooLongForTheWireIsRefused() {
    manyDomains();
    assertThat(dom0.ask(DIRECTORY, "/local/domain|")).isEqualTo("!E2BIG");
  }

  @Test
  void aLongDirectoryIsReadInParts() {
    manyDomains();
    List<String> names = new ArrayList<>();
    String generation = null;
    int offset = 0;
    for (boolean complete = false; !complete; ) {
      String part = dom0.ask(DIRECTORY_PART, "/local/domain|" + offset + "|");
      assertThat(part.length()).isLessThanOrEqualTo(4096);
      int end = part.indexOf('|') + 1;
      assertThat(generation).isIn(null, part.substring(0, end));
      generation = part.substring(0, end);
      complete = part.endsWith("||");
      String list = part.substring(end, part.length() - (complete ? 1 : 0));
      offset += list.length();
      names.addAll(List.of(list.split("\\|")));
    }
    assertThat(names).hasSize(2000).doesNotHaveDuplicates().contains("1", "1999", "2000");
    assertThat(dom0.ask(DIRECTORY_PART, "/local/domain|" + offset + "|"))
        .as("behind the end there is only the end")
        .isEqualTo(generation + "|");
    dom0.ask(WRITE, "/local/domain/3000|");
    assertThat(dom0.ask(DIRECTORY_PART, "/local/domain|0|"))
        .as("a change shows in the generation")
        .doesNotStartWith(generation);
  }

  @Test
  void anEmptyDirectoryHasOnePart() {
    dom0.ask(MKDIR, "/a|");
    assertThat(dom0.ask(DIRECTORY_PART, "/a|0|")).matches("\\d+\\|\\|");
    assertThat(dom0.ask(DIRECTORY_PART, "/a|")).isEqualTo("!EINVAL");
    assertThat(dom0.ask(DIRECTORY_PART, "/a|x|")).isEqualTo("!EINVAL");
  }

  private void manyDomains() {
    for (int domid = 1; domid <= 2000; domid++) {
      dom0.ask(WRITE, "/local/domain/" + domid + "|");
    }
  }
}
