import { rank } from "./rank.js";
import type { SearchEntry } from "./site/search-index.js";

/** The field and the list of what it finds, in the head of each page. What is searched is fetched with the first word. */
export function startSearch(document: Document, load: () => Promise<SearchEntry[]>): void {
  const head = document.querySelector("header");
  if (head === null) return;
  const box = document.createElement("search");
  box.className = "search";
  const field = document.createElement("input");
  Object.assign(field, { type: "search", placeholder: "Search (/)", autocomplete: "off" });
  field.setAttribute("aria-label", "Search the documentation");
  const list = document.createElement("ul");
  list.hidden = true;
  const told = document.createElement("p");
  told.className = "told";
  told.setAttribute("role", "status");
  box.append(field, list, told);
  head.append(box);

  const shut = (): void => {
    list.hidden = true;
    told.textContent = "";
  };
  const show = (found: SearchEntry[]): void => {
    list.replaceChildren(...found.map(itemOf));
    list.hidden = found.length === 0;
    told.textContent = found.length === 0 ? "Nothing found" : "";
  };
  field.addEventListener("input", async () => {
    const question = field.value;
    if (question.trim() === "") return shut();
    const entries = await load();
    // Somebody who types on gets the answer to what stands there now.
    if (question === field.value) show(rank(entries, question));
  });
  box.addEventListener("keydown", (event) => {
    const links = [...list.querySelectorAll("a")];
    const at = links.indexOf(document.activeElement as HTMLAnchorElement);
    if (event.key === "Escape") {
      shut();
      field.focus();
    } else if (event.key === "ArrowDown") links[Math.min(at + 1, links.length - 1)]?.focus();
    else if (event.key === "ArrowUp") (at > 0 ? links[at - 1] : field)?.focus();
    else if (event.key === "Enter" && at === -1) links[0]?.click();
    else return;
    event.preventDefault();
  });
  box.addEventListener("focusout", ({ relatedTarget }) => {
    if (!(relatedTarget instanceof Node && box.contains(relatedTarget))) shut();
  });
  document.addEventListener("keydown", (event) => {
    const inField = event.target instanceof Element && event.target.closest("input, textarea, select") !== null;
    if (event.key !== "/" || inField || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    field.focus();
  });
}

function itemOf({ at, page, section, text }: SearchEntry): HTMLLIElement {
  const link = document.createElement("a");
  link.href = at;
  const [name, where] = [document.createElement("b"), document.createElement("small")];
  name.textContent = section === "" ? page : section;
  where.textContent = section === "" ? text.slice(0, 90) : page;
  link.append(name, where);
  const item = document.createElement("li");
  item.append(link);
  return item;
}
