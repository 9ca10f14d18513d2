package io.xengarden.node.image;

/**
 * What a frame of a PV guest is: the top four bits of a PAGE_DATA pfn. Source: XEN_DOMCTL_PFINFO_*,
 * xen/include/public/domctl.h. Pebble's frames are all {@link #NOTAB}.
 */
public enum PageType {
  /** A normal page. */
  NOTAB(0x0),
  L1TAB(0x1),
  L2TAB(0x2),
  L3TAB(0x3),
  L4TAB(0x4),
  L1TAB_PINNED(0x9),
  L2TAB_PINNED(0xa),
  L3TAB_PINNED(0xb),
  L4TAB_PINNED(0xc),
  /** The page's memory failed; no content. */
  BROKEN(0xd),
  /** To be allocated; no content. */
  XALLOC(0xe),
  /** Not in the guest's p2m; no content. */
  XTAB(0xf);

  static final int SHIFT = 60;
  private static final PageType[] BY_CODE = new PageType[16];

  static {
    for (PageType type : values()) {
      BY_CODE[type.code] = type;
    }
  }

  private final int code;

  PageType(int code) {
    this.code = code;
  }

  /** The four bits. */
  public int code() {
    return code;
  }

  /** Whether 4 KiB of content follow for it. */
  public boolean hasContent() {
    return code < BROKEN.code;
  }

  /** A frame of this type as a record names it. */
  long field(long pfn) {
    return (long) code << SHIFT | pfn;
  }

  /** The type in the top bits of a pfn field, or null for a reserved one. */
  static PageType of(long field) {
    return BY_CODE[(int) (field >>> SHIFT)];
  }
}
