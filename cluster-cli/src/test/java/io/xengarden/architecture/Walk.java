package io.xengarden.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A page of docs/walks: prose, some of it in numbered steps, in which what stands in code style is
 * a class, by its simple name or with as much of its package as makes it the only one.
 */
record Walk(String text) {
  private static final Pattern NAME = Pattern.compile("`([^`]+)`");
  private static final Pattern STEP = Pattern.compile("(?m)^([0-9]+)\\. (.*)$");

  /** A numbered step, and the classes that it names. */
  record Step(int number, List<String> names) {}

  List<String> names() {
    return namesIn(text);
  }

  private static List<String> namesIn(String text) {
    return NAME.matcher(text).results().map(match -> match.group(1)).distinct().toList();
  }

  List<Step> steps() {
    return STEP.matcher(text).results().map(Walk::step).toList();
  }

  private static Step step(MatchResult match) {
    return new Step(Integer.parseInt(match.group(1)), namesIn(match.group(2)));
  }

  /** Names that are no class, or more than one. */
  List<String> unknownNames(JavaClasses classes) {
    return names().stream()
        .filter(name -> find(classes, name).size() != 1)
        .map(name -> name + " is " + find(classes, name).size() + " classes")
        .toList();
  }

  /**
   * What is wrong with the order: step numbers that do not count from 1, and steps that name no
   * class which knows, or is known by, a class of the step that was named before them. A class says
   * what it calls, implements or holds; so steps that were put into another order, or from which
   * the class in between was lost, do not hang together.
   */
  List<String> gaps(JavaClasses classes) {
    List<String> gaps = new ArrayList<>();
    int number = 0;
    Step before = null;
    for (Step step : steps()) {
      if (step.number() != ++number) {
        gaps.add("step " + number + " is numbered " + step.number());
      }
      if (before != null && !step.names().isEmpty() && !hangsTogether(classes, before, step)) {
        gaps.add("step " + before.number() + " does not lead to step " + step.number());
      }
      before = step.names().isEmpty() ? before : step;
    }
    return gaps;
  }

  private static boolean hangsTogether(JavaClasses classes, Step before, Step after) {
    return before.names().stream()
        .anyMatch(one -> after.names().stream().anyMatch(next -> isNear(classes, one, next)));
  }

  private static boolean isNear(JavaClasses classes, String one, String other) {
    return one.equals(other) || knows(classes, one, other) || knows(classes, other, one);
  }

  /** Whether a class, or one nested in it, mentions the other or one nested in that. */
  private static boolean knows(JavaClasses classes, String name, String other) {
    List<String> targets = find(classes, other).stream().map(JavaClass::getName).toList();
    return withNested(classes, name)
        .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
        .map(dependency -> dependency.getTargetClass().getName().replaceAll("\\$.*", ""))
        .anyMatch(targets::contains);
  }

  private static Stream<JavaClass> withNested(JavaClasses classes, String name) {
    List<String> outer =
        find(classes, name).stream().map(JavaClass::getName).collect(Collectors.toList());
    return classes.stream().filter(type -> outer.contains(type.getName().replaceAll("\\$.*", "")));
  }

  private static List<JavaClass> find(JavaClasses classes, String name) {
    return classes.stream()
        .filter(type -> !type.getName().contains("$"))
        .filter(type -> type.getName().endsWith("." + name))
        .toList();
  }
}
