package io.xengarden.cli.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * getopt(3) with long options: {@code "pf:"} is a flag p and an option f with a value. Options may
 * stand after operands, as GNU's and Python's gnu_getopt allow; {@code --} ends them.
 */
public final class Getopt {
  /** One option met; value is null for a flag. */
  public record Option(char letter, String value) {}

  /** The command line, sorted out. */
  public record Parsed(List<Option> options, List<String> operands) {
    public boolean has(char letter) {
      return count(letter) > 0;
    }

    public long count(char letter) {
      return options.stream().filter(o -> o.letter() == letter).count();
    }

    /** The last value given for the option, or null. */
    public String value(char letter) {
      String last = null;
      for (Option option : options) {
        if (option.letter() == letter) {
          last = option.value();
        }
      }
      return last;
    }
  }

  private final String letters;
  private final Map<String, Character> longNames;
  private final List<Option> options = new ArrayList<>();
  private final List<String> operands = new ArrayList<>();

  private Getopt(String letters, Map<String, Character> longNames) {
    this.letters = letters;
    this.longNames = longNames;
  }

  public static Parsed parse(String letters, Map<String, Character> longNames, List<String> args)
      throws BadOption {
    Getopt getopt = new Getopt(letters, longNames);
    getopt.scan(args);
    return new Parsed(getopt.options, getopt.operands);
  }

  private void scan(List<String> args) throws BadOption {
    int i = 0;
    while (i < args.size()) {
      String arg = args.get(i++);
      if (arg.equals("--")) {
        operands.addAll(args.subList(i, args.size()));
        return;
      }
      if (arg.startsWith("--")) {
        i = longOption(arg.substring(2), args, i);
      } else if (arg.length() > 1 && arg.charAt(0) == '-') {
        i = cluster(arg, args, i);
      } else {
        operands.add(arg);
      }
    }
  }

  private int longOption(String text, List<String> args, int next) throws BadOption {
    int equals = text.indexOf('=');
    String name = equals < 0 ? text : text.substring(0, equals);
    Character letter = longNames.get(name);
    if (letter == null) {
      throw new BadOption(name, true, false);
    }
    if (!takesValue(letter)) {
      if (equals >= 0) {
        throw new BadOption(name, true, false);
      }
      options.add(new Option(letter, null));
      return next;
    }
    if (equals >= 0) {
      options.add(new Option(letter, text.substring(equals + 1)));
      return next;
    }
    return valueFrom(letter, name, args, next);
  }

  private int cluster(String arg, List<String> args, int next) throws BadOption {
    for (int i = 1; i < arg.length(); i++) {
      char letter = arg.charAt(i);
      if (letter == ':' || letters.indexOf(letter) < 0) {
        throw new BadOption(String.valueOf(letter), false, false);
      }
      if (takesValue(letter)) {
        if (i + 1 < arg.length()) {
          options.add(new Option(letter, arg.substring(i + 1)));
          return next;
        }
        return valueFrom(letter, String.valueOf(letter), args, next);
      }
      options.add(new Option(letter, null));
    }
    return next;
  }

  private int valueFrom(char letter, String name, List<String> args, int next) throws BadOption {
    if (next >= args.size()) {
      throw new BadOption(name, name.length() > 1, true);
    }
    options.add(new Option(letter, args.get(next)));
    return next + 1;
  }

  private boolean takesValue(char letter) {
    int at = letters.indexOf(letter);
    return at >= 0 && at + 1 < letters.length() && letters.charAt(at + 1) == ':';
  }

  /** An option that does not exist, or lacks its value. */
  public static final class BadOption extends Exception {
    private static final long serialVersionUID = 1L;
    private final String name;
    private final boolean longForm;
    private final boolean valueMissing;

    BadOption(String name, boolean longForm, boolean valueMissing) {
      super(name);
      this.name = name;
      this.longForm = longForm;
      this.valueMissing = valueMissing;
    }

    /** Without its dashes. */
    public String name() {
      return name;
    }

    /** As Python's getopt words it. */
    public String inPythonsWords() {
      String dashed = (longForm ? "--" : "-") + name;
      return "option " + dashed + (valueMissing ? " requires argument" : " not recognized");
    }
  }
}
