import type { Page } from "playwright-core";

/** Runs in the page. */
const CUT_OFF = `(() => {
  const found = [];
  const range = document.createRange();
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { textContent, parentElement } = texts.currentNode;
    if (textContent.trim() === "" || !parentElement.checkVisibility({ visibilityProperty: true })) continue;
    range.selectNodeContents(texts.currentNode);
    const { left, right } = range.getBoundingClientRect();
    for (let box = parentElement; box !== null; box = box.parentElement) {
      const { overflowX, textOverflow, clipPath } = getComputedStyle(box);
      // For screen readers only, and what is dragged into view.
      if (clipPath !== "none" || box.matches(".react-flow")) break;
      if (overflowX === "visible") continue;
      if (overflowX === "auto" || overflowX === "scroll" || textOverflow === "ellipsis") break;
      const edges = box.getBoundingClientRect();
      if (right > edges.right + 1 || left < edges.left - 1) found.push(textContent.trim());
    }
  }
  return found;
})()`;

/**
 * Texts of the page with a part beside a box that hides it: nobody can scroll there, and no ellipsis says that there is more.
 * `sidewaysOverflow` does not see them, because they make the page no wider.
 */
export const cutOffTexts = (page: Page): Promise<string[]> => page.evaluate(CUT_OFF);
