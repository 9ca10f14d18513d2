package io.xengarden.domain.pebble;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.domain.pebble.image.Layout;
import io.xengarden.domain.pebble.kernel.Entry;
import io.xengarden.domain.pebble.kernel.Routine;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class PebbleTest {
  private static final Path FORMAT = Path.of("../docs/formats/pebble.md");

  /** Law 1: what a guest knows is in its pages and registers. */
  @Test
  void noRoutineAndNotTheGuestHasAField() {
    List<Class<?>> classes = new ArrayList<>(List.of(Pebble.class));
    Pebble.routines().forEach(routine -> classes.add(routine.getClass()));
    for (Class<?> type : classes) {
      for (Field field : type.getDeclaredFields()) {
        int modifiers = field.getModifiers();
        assertThat(Modifier.isStatic(modifiers) && Modifier.isFinal(modifiers))
            .as("%s.%s is a constant", type.getSimpleName(), field.getName())
            .isTrue();
      }
    }
  }

  /** Steps are part of the image's format: who changes them changes the page and its number. */
  @Test
  void everyStepIsDocumented() throws Exception {
    String page = Files.readString(FORMAT);
    assertThat(page).contains("Format " + Layout.FORMAT + "\n");
    for (Routine<?> routine : Pebble.routines()) {
      String row =
          "| 0x%02x | %s | %s |"
              .formatted(routine.number(), name(routine), String.join(" ", routine.stepNames()));
      assertThat(page).contains(row);
    }
  }

  @Test
  void routineNumbersFitTheTable() {
    assertThat(Pebble.routines())
        .allSatisfy(routine -> assertThat(routine.number()).isBetween(1, Entry.LIMIT - 1));
  }

  private static String name(Routine<?> routine) {
    return routine
        .getClass()
        .getSimpleName()
        .replaceAll("(?<=[a-z0-9])(?=[A-Z])", " ")
        .toLowerCase(Locale.ROOT);
  }
}
