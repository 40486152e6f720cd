import { z } from "zod";
import { live } from "../declare.js";

/** Sessions that a gateway follows for its readers; to all who publish live entries (key `publishers`). New ones at once, all of them again every few seconds. */
export const sessionsFollowed = live("gateway", "followed", z.object({ sessionIds: z.array(z.string()).max(1_000) }));
export const PUBLISHERS_KEY = "publishers";
/** Milliseconds between two announcements of all sessions that a gateway follows. */
export const FOLLOWED_EVERY_MS = 5_000;
/** Milliseconds after which a session that was not announced again is followed no more. */
export const FOLLOWED_FOR_MS = 15_000;
