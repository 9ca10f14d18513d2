package io.xengarden.cli.garden;

import io.xengarden.cli.command.CommandFailed;
import io.xengarden.cli.text.Getopt;
import io.xengarden.cli.text.Getopt.BadOption;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The global options: {@code --dir}, {@code -H}, {@code -o}. They stand before any command, and our
 * own commands take them behind it too. Environment: XENGARDEN_DIR and XENGARDEN_HOST, for {@code
 * bin/xl} and {@code bin/xm}, whose whole command line belongs to their dialect.
 */
public final class Globals {
  private static final String LETTERS = "D:H:o:hV";
  private static final Map<String, Character> NAMES =
      Map.of("dir", 'D', "host", 'H', "output", 'o', "help", 'h', "version", 'V');

  private final Path current;
  private Path directory;
  private Optional<String> host;
  private boolean json;
  private boolean help;
  private boolean version;

  /**
   * @param current the current directory
   */
  public Globals(Map<String, String> environment, Path current) {
    this.current = current;
    this.directory = standardDirectory(environment);
    this.host = Optional.ofNullable(environment.get("XENGARDEN_HOST")).filter(h -> !h.isEmpty());
  }

  private Path standardDirectory(Map<String, String> environment) {
    String named = environment.getOrDefault("XENGARDEN_DIR", "");
    return named.isEmpty()
        ? Path.of(System.getProperty("user.home"), ".xengarden", "default")
        : current.resolve(named).normalize();
  }

  /** Takes the options before the command; returns the command's index. */
  public int takeLeading(List<String> args) throws CommandFailed {
    int end = 0;
    while (end < args.size() && args.get(end).startsWith("-")) {
      boolean separateValue = takesNext(args.get(end));
      end += separateValue ? 2 : 1;
    }
    int used = Math.min(end, args.size());
    apply(parse(args.subList(0, used), "", Map.of()));
    return used;
  }

  private static boolean takesNext(String option) {
    return switch (option) {
      case "--dir", "--host", "--output", "-H", "-o" -> true;
      default -> false;
    };
  }

  /** Sorts the arguments of one of our own commands; globals among them are applied. */
  Getopt.Parsed own(List<String> args, String letters, Map<String, Character> names)
      throws CommandFailed {
    Getopt.Parsed parsed = parse(args, letters, names);
    apply(parsed);
    return parsed;
  }

  private static Getopt.Parsed parse(
      List<String> args, String letters, Map<String, Character> names) throws CommandFailed {
    Map<String, Character> all = new HashMap<>(NAMES);
    all.putAll(names);
    try {
      return Getopt.parse(LETTERS + letters, all, args);
    } catch (BadOption e) {
      throw new CommandFailed(
          GardenCommands.USAGE, e.inPythonsWords() + " (try: xengarden --help)");
    }
  }

  private void apply(Getopt.Parsed parsed) throws CommandFailed {
    if (parsed.has('D')) {
      directory = directory(parsed.value('D'));
    }
    if (parsed.has('H')) {
      host = Optional.of(parsed.value('H'));
    }
    if (parsed.has('o')) {
      json = isJson(parsed.value('o'));
    }
    help |= parsed.has('h');
    version |= parsed.has('V');
  }

  private Path directory(String name) throws CommandFailed {
    try {
      return current.resolve(name).normalize();
    } catch (InvalidPathException e) {
      throw new CommandFailed(GardenCommands.USAGE, "--dir: not a file name");
    }
  }

  private static boolean isJson(String format) throws CommandFailed {
    if (!format.equals("json") && !format.equals("table")) {
      throw new CommandFailed(
          GardenCommands.USAGE, "-o: \"" + format + "\" is neither table nor json");
    }
    return format.equals("json");
  }

  public Path directory() {
    return directory;
  }

  public Optional<String> host() {
    return host;
  }

  boolean json() {
    return json;
  }

  public boolean help() {
    return help;
  }

  public boolean version() {
    return version;
  }
}
