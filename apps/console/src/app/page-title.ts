import { useEffect } from "react";
import { createStore, useStore } from "./store.js";

const pageTitle = createStore("");

/** The title of the page, without the number that the tab puts in front. */
export function usePageTitle(title: string): void {
  useEffect(() => pageTitle.set(title), [title]);
}

/** Updates the title of the tab, which shows waiting visitors while the user works elsewhere. */
export function useTabTitle(waiting: number): void {
  const title = useStore(pageTitle);
  useEffect(() => {
    const name = title === "" ? "Parley console" : `${title} · Parley console`;
    document.title = waiting === 0 ? name : `(${waiting.toLocaleString("en")}) ${name}`;
  }, [title, waiting]);
}
