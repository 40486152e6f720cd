import type { SearchEntry } from "./site/search-index.js";

/** Every section of every page. The build puts them in place of this module (`vite.config.ts`). */
const entries: SearchEntry[] = [];
export default entries;
