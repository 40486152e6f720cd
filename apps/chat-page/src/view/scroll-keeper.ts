import { type Signal, signal } from "@preact/signals";

interface ScrollKeeper {
  /** False while the reader has scrolled up; then new text does not move the page. */
  following: Signal<boolean>;
  /** Scrolls to the newest message and follows again. */
  jump(): void;
  /** Inserts content above the reader without moving what they see. */
  still(change: () => void): void;
  /** Starts to watch; returns the undo. */
  attach(content: Element): () => void;
}

const NEAR_END_PX = 72;

/** Keeps the end of the conversation in view until the reader scrolls away, and again once they return to the end. */
export function createScrollKeeper(): ScrollKeeper {
  const following = signal(true);
  let lastTop = 0;
  // The panel scrolls in a box of its own, which a keyboard can make smaller than the frame.
  const box = document.documentElement.dataset.frame === undefined ? null : document.getElementById("page");
  const root = (): Element => box ?? document.scrollingElement ?? document.documentElement;
  const distanceToEnd = (): number => root().scrollHeight - root().clientHeight - root().scrollTop;
  const toEnd = (smooth: boolean): void => {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    root().scrollTo({ top: root().scrollHeight, behavior: smooth && !calm ? "smooth" : "instant" });
  };
  /** Top of the newest message: it stays the newest when earlier ones are inserted. */
  const lastMessageTop = (): number =>
    document.querySelector(".messages > :last-child")?.getBoundingClientRect().top ?? 0;
  const onScroll = (): void => {
    const top = root().scrollTop;
    if (distanceToEnd() < NEAR_END_PX) following.value = true;
    else if (top < lastTop) following.value = false;
    lastTop = top;
  };
  const onGrow = (): void => {
    if (!following.value) return;
    toEnd(false);
    // A page that became shorter scrolled by itself: the event for it, a frame later, is not the reader's scrolling.
    lastTop = root().scrollTop;
  };
  return {
    following,
    jump: () => {
      following.value = true;
      toEnd(true);
    },
    still: (change) => {
      following.value = false;
      const before = lastMessageTop();
      change();
      // Signals render in a microtask, before the next frame. Not every browser anchors the scroll position itself.
      requestAnimationFrame(() => root().scrollBy({ top: lastMessageTop() - before, behavior: "instant" }));
    },
    attach: (content) => {
      const observer = new ResizeObserver(onGrow);
      observer.observe(content);
      if (box) observer.observe(box);
      const scrolled = box ?? window;
      scrolled.addEventListener("scroll", onScroll, { passive: true });
      addEventListener("resize", onGrow);
      return () => {
        observer.disconnect();
        scrolled.removeEventListener("scroll", onScroll);
        removeEventListener("resize", onGrow);
      };
    },
  };
}
