import { connections } from "./connections.js";
import type { Goal } from "./context.js";
import { costOfATurn } from "./cost-of-a-turn.js";
import { floors } from "./floors.js";
import { longSessions } from "./growth.js";
import { latencyUnderLoad, pairedLatency } from "./latency.js";
import { faults, pages } from "./pages.js";
import { refusals } from "./refusals.js";
import { replicas } from "./replicas.js";
import { coldStart } from "./start.js";
import { streaming } from "./streaming.js";

/** In the order of the table. */
export const GOALS: readonly Goal[] = [
  floors,
  costOfATurn,
  pairedLatency,
  latencyUnderLoad,
  streaming,
  connections,
  longSessions,
  faults,
  replicas,
  coldStart,
  refusals,
  pages,
];
