package io.xengarden.network.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.Test;

class MacTableTest {
  private static final Peer HERE = new Peer("here");
  private static final Peer THERE = new Peer("there");
  private static final long SECOND = 1_000_000_000;
  private static final long OLD = MacTable.AGEING.toNanos();

  private final MacTable table = new MacTable();

  private static Owner domain(int number) {
    return new Owner(new UUID(0, number));
  }

  @Test
  void aDomainThatSendsFromManyAddressesFillsItsOwnShareOnly() {
    Owner loud = domain(1);
    for (int address = 1; address <= 10_000; address++) {
      table.learn(address, HERE, loud, 0);
    }
    assertThat(table.size()).isEqualTo(MacTable.MAX_ADDRESSES_PER_DOMAIN);
    table.learn(20_000, THERE, domain(2), 0);
    assertThat(table.find(20_000, 0)).isEqualTo(THERE);
  }

  @Test
  void aFullTableLearnsNothingNewButKeepsWhatItKnows() {
    Owner owner = null;
    for (int i = 0; i < MacTable.MAX_ADDRESSES; i++) {
      if (i % MacTable.MAX_ADDRESSES_PER_DOMAIN == 0) {
        owner = domain(i);
      }
      table.learn(i + 1, HERE, owner, 0);
    }
    assertThat(table.size()).isEqualTo(MacTable.MAX_ADDRESSES);
    table.learn(99_999, THERE, domain(-1), SECOND);
    assertThat(table.find(99_999, SECOND)).isNull();
    table.learn(1, THERE, domain(-1), SECOND);
    assertThat(table.find(1, SECOND)).as("one that is known moves").isEqualTo(THERE);

    table.learn(99_999, THERE, domain(-1), OLD);
    assertThat(table.find(99_999, OLD)).as("old ones make room").isEqualTo(THERE);
    assertThat(table.size()).isEqualTo(2);
  }

  @Test
  void anAddressThatSendsNothingIsForgotten() {
    table.learn(7, HERE, domain(1), 0);
    assertThat(table.find(7, OLD - 1)).isEqualTo(HERE);
    assertThat(table.find(7, OLD)).isNull();
    table.learn(7, HERE, domain(1), OLD);
    assertThat(table.find(7, OLD)).isEqualTo(HERE);
  }

  @Test
  void anAddressThatMovesToAnotherDomainLeavesTheFirstOnesShare() {
    Owner one = domain(1);
    Owner two = domain(2);
    table.learn(7, HERE, one, 0);
    table.learn(7, THERE, two, 0);
    assertThat(one.addresses).hasValue(0);
    assertThat(two.addresses).hasValue(1);
    assertThat(table.size()).isEqualTo(1);
  }
}
