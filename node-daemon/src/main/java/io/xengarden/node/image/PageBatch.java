package io.xengarden.node.image;

import io.xengarden.machine.Memory;
import java.nio.ByteBuffer;

/** One PAGE_DATA record on its way from the intake into the sink, page by page. */
final class PageBatch {
  static final int HEAD_BYTES = 8;

  private final long[] fields = new long[ImageLimits.MAX_BATCH_PAGES];
  private int count;
  private int pagesWithContent;
  private int index;
  private ByteBuffer target;

  int pfnBytes() {
    return count * Long.BYTES;
  }

  ImageEvent.PageData event() {
    return new ImageEvent.PageData(count, pagesWithContent);
  }

  /** Reads count and reserved; what is wrong with them, or null. */
  String head(ByteBuffer head, int bodyBytes) {
    int counted = head.getInt();
    if (counted == 0) {
      return "count 0";
    }
    if (Integer.compareUnsigned(counted, ImageLimits.MAX_BATCH_PAGES) > 0) {
      return "count "
          + Integer.toUnsignedString(counted)
          + " exceeds "
          + ImageLimits.MAX_BATCH_PAGES;
    }
    if (head.getInt() != 0) {
      return "reserved field is not zero";
    }
    count = counted;
    return HEAD_BYTES + pfnBytes() <= bodyBytes
        ? null
        : "length " + bodyBytes + " is too short for " + counted + " pfns";
  }

  /** Reads the pfn fields; what is wrong with them, or null. */
  String pfns(ByteBuffer part, int bodyBytes, long frames) {
    index = 0;
    pagesWithContent = 0;
    for (int i = 0; i < count; i++) {
      long field = part.getLong();
      String problem = pfnProblem(field, frames);
      if (problem != null) {
        return "pfn[" + i + "] " + problem;
      }
      fields[i] = field;
      pagesWithContent += PageType.of(field).hasContent() ? 1 : 0;
    }
    long expected = HEAD_BYTES + pfnBytes() + (long) pagesWithContent * Memory.PAGE_SIZE;
    return expected == bodyBytes
        ? null
        : "length " + bodyBytes + " is not the " + expected + " of " + pagesWithContent + " pages";
  }

  private static String pfnProblem(long field, long frames) {
    if ((field & Format.PFN_RESERVED) != 0) {
      return "has reserved bits: 0x" + Long.toHexString(field);
    }
    if (PageType.of(field) == null) {
      return "has unknown page type " + (field >>> PageType.SHIFT);
    }
    long pfn = field & Format.PFN_MASK;
    return pfn < frames
        ? null
        : "is 0x" + Long.toHexString(pfn) + ", outside the guest's " + frames + " frames";
  }

  /** Whether all pages are in the sink. */
  boolean move(Intake intake, PageSink sink) {
    while (index < count) {
      long gfn = fields[index] & Format.PFN_MASK;
      PageType type = PageType.of(fields[index]);
      if (!type.hasContent()) {
        sink.withoutContent(gfn, type);
      } else {
        if (target == null) {
          target = sink.page(gfn, type);
          if (target.remaining() != Memory.PAGE_SIZE) {
            throw new IllegalStateException("a page of " + target.remaining() + " bytes");
          }
        }
        if (!intake.fill(target)) {
          return false;
        }
        target = null;
        sink.filled(gfn);
      }
      index++;
    }
    return true;
  }
}
