import { createContext, useContext } from "react";
import type { Api } from "./api.js";

export const ApiContext = createContext<Api | null>(null);

/** The API of the signed-in user. */
export function useApi(): Api {
  const api = useContext(ApiContext);
  if (api === null) throw new Error("a page was drawn outside of the console");
  return api;
}
