package io.xengarden.cli.xm;

import io.xengarden.cli.config.ConfigError;
import io.xengarden.cli.config.ConfigSettings;
import io.xengarden.cli.config.ConfigValue;
import io.xengarden.cli.config.Position;
import io.xengarden.cli.config.XmConfigParser;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The {@code k=v} arguments of {@code xm create}: names that the file may use, and values that win
 * over the file's. What begins like a Python literal is one; everything else is a string.
 */
record XmOverrides(List<String> arguments) {
  /** Each of these on the command line adds a device to the file's. */
  private static final Set<String> REPEATED = Set.of("disk", "vif", "pci", "vfb");

  void asNames(ConfigSettings settings) throws ConfigError {
    for (String argument : arguments) {
      settings.set(name(argument), value(argument));
    }
  }

  void asValues(ConfigSettings settings) throws ConfigError {
    ConfigSettings lists = new ConfigSettings();
    for (String argument : arguments) {
      String name = name(argument);
      ConfigValue value = value(argument);
      if (REPEATED.contains(name) && value instanceof ConfigValue.Atom) {
        lists.set(name, joined(lists.get(name), value));
      } else {
        settings.set(name, value);
      }
    }
    for (String name : lists.keys()) {
      ConfigValue ofFile = isOwn(settings, name) ? null : settings.get(name);
      settings.set(name, joined(ofFile, lists.get(name)));
    }
  }

  /** Whether the file left the name as the command line had set it. */
  private boolean isOwn(ConfigSettings settings, String name) {
    ConfigValue value = settings.get(name);
    return value != null && value.at().source().equals(SOURCE);
  }

  private static final String SOURCE = "command line";

  private static ConfigValue joined(ConfigValue first, ConfigValue second) {
    List<ConfigValue> items = new ArrayList<>();
    for (ConfigValue value : new ConfigValue[] {first, second}) {
      if (value instanceof ConfigValue.Items list) {
        items.addAll(list.items());
      } else if (value != null) {
        items.add(value);
      }
    }
    return new ConfigValue.Items(items, second.at());
  }

  private static String name(String argument) {
    return argument.substring(0, argument.indexOf('='));
  }

  private static ConfigValue value(String argument) throws ConfigError {
    String text = argument.substring(argument.indexOf('=') + 1);
    boolean literal = !text.isEmpty() && "['\"(".indexOf(text.charAt(0)) >= 0;
    if (!literal) {
      return new ConfigValue.Atom(text, new Position(SOURCE, 1, 1));
    }
    ConfigSettings one = new ConfigSettings();
    XmConfigParser.parse(SOURCE, "value=" + text, one);
    return one.get("value");
  }
}
