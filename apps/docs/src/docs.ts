import "./docs.css";
import "./search.css";
import { startSearch } from "./search.js";
import { startSignatureChecker } from "./signature-checker.js";

/** How long a button says that it has copied, in milliseconds. */
const SAID_MS = 2_000;

/** A button on each block of code, which copies it. */
function addCopyButtons(): void {
  for (const block of document.querySelectorAll<HTMLElement>(".code")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      const copied = await navigator.clipboard.writeText(block.querySelector("code")?.textContent ?? "").then(
        () => true,
        () => false,
      );
      button.textContent = copied ? "Copied" : "Select and copy it";
      setTimeout(() => {
        button.textContent = "Copy";
      }, SAID_MS);
    });
    block.append(button);
  }
}

/** On a narrow screen the list of pages is shut until it is asked for. */
function shutMenu(): void {
  const menu = document.querySelector<HTMLDetailsElement>(".menu");
  if (menu !== null && matchMedia("(max-width: 60rem)").matches) menu.open = false;
}

shutMenu();
addCopyButtons();
startSearch(document, async () => (await import("./search-entries.js")).default);
startSignatureChecker(document);
