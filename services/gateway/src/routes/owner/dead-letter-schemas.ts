import { deadLetter, deadLetterWhole } from "@parley/contracts";
import { z } from "zod";

/** The id of a turn: its conversation and its number in it. */
export const deadLetterParams = z.object({ id: z.string().min(1).max(64) });
export const deadLetterShown = deadLetter;
export const deadLetterWholeShown = deadLetterWhole;
