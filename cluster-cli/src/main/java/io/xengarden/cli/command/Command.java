package io.xengarden.cli.command;

/**
 * A command of a dialect.
 *
 * @param least how many arguments it needs
 * @param arguments as its usage shows them
 */
public record Command(String name, int least, Support support, String arguments, String summary) {

  /** How far this build has it. */
  public enum Support {
    BUILT,
    /** Planned; answers that it is not here yet. */
    LATER,
    /** Has no meaning for emulated paravirtual hosts; answers so. */
    NEVER
  }

  /** Why a command that is not {@link Support#BUILT} does nothing. */
  public String refusal(String dialect) {
    String what = dialect + " " + name;
    return support == Support.LATER
        ? what + ": not in this build yet"
        : what + ": out of scope: it has no meaning for paravirtual guests on emulated hosts";
  }
}
