import { z } from "zod";
import { rpc } from "../declare.js";
import { demoWeek, demoWeekRemoved } from "../http/demo-week.js";
import { principal } from "./callers.js";

/** How much there is of the week of conversations that a first start makes up. */
export const demoWeekState = rpc("links", "demo_week", "links", z.object({ principal }), demoWeek);

/** Removes it with its links and its numbers. Idempotent by state. */
export const removeDemoWeek = rpc("links", "remove_demo_week", "links", z.object({ principal }), demoWeekRemoved);
