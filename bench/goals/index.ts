import type { Goal } from "./context.js";
import { costOfATurn } from "./cost-of-a-turn.js";
import { floors } from "./floors.js";

/** In the order of the table. */
export const GOALS: readonly Goal[] = [floors, costOfATurn];
