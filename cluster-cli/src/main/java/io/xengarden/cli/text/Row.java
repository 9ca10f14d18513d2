package io.xengarden.cli.text;

/**
 * One line of a table, in the columns of C's printf: {@code left(x, 40)} is {@code %-40s}, {@code
 * right(x, 5)} is {@code %5s}. A value wider than its column is never cut.
 */
public final class Row {
  private final StringBuilder line = new StringBuilder(96);

  public Row text(String text) {
    line.append(text);
    return this;
  }

  public Row left(Object value, int width) {
    String text = String.valueOf(value);
    line.append(text);
    return spaces(width - text.length());
  }

  public Row right(Object value, int width) {
    String text = String.valueOf(value);
    spaces(width - text.length());
    line.append(text);
    return this;
  }

  /**
   * {@code %W.1f}: the exact binary value rounded half to even, as C and Python do.
   *
   * @param value not negative, and below 2^49
   */
  public Row tenths(double value, int width) {
    long down = (long) (value * 10);
    // The product was rounded; fma's sign tells on which side of a number it truly lies.
    if (Math.fma(value, 10, -(double) down) < 0) {
      down--;
    }
    double beyondHalf = Math.fma(value, 10, -(down + 0.5));
    long rounded = beyondHalf > 0 || beyondHalf == 0 && (down & 1) == 1 ? down + 1 : down;
    return right(rounded / 10 + "." + rounded % 10, width);
  }

  /** {@code %02d}. */
  public static String twoDigits(long value) {
    return value < 10 ? "0" + value : Long.toString(value);
  }

  private Row spaces(int count) {
    for (int i = 0; i < count; i++) {
      line.append(' ');
    }
    return this;
  }

  @Override
  public String toString() {
    return line.toString();
  }
}
