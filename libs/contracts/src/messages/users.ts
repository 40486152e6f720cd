import { z } from "zod";
import { rpc } from "../declare.js";
import { userView } from "../http/users.js";
import { principal, repeatableRequest, replayable, role } from "./callers.js";

const uuid = z.uuid();
const one = { principal, id: uuid };
const user = z.object({ user: userView });

/** Newest first, removed ones included. Admins of the tenant. */
export const listUsers = rpc(
  "links",
  "list_users",
  "links",
  z.object({ principal, limit: z.number().int(), cursor: z.string().optional() }),
  z.object({ data: z.array(userView), nextCursor: z.string().nullable() }),
);

/** Admins of the tenant; nobody gives more than they have. `languages` (BCP 47, most wished first): of the mail. Throws `user_exists`. */
export const inviteUser = rpc(
  "links",
  "invite_user",
  "links",
  z.object({
    principal,
    /** In its one spelling, as `emailAddress` makes it. */
    email: z.string().max(254),
    role,
    name: z.string().optional(),
    languages: z.array(z.string()).optional(),
    ...repeatableRequest,
  }),
  z.object({ user: userView, ...replayable }),
);

/** Known to every gateway at once. Throws `user_not_found`, `forbidden`, `last_owner`. */
export const updateUser = rpc(
  "links",
  "update_user",
  "links",
  z.object({ ...one, role: role.optional(), name: z.string().nullable().optional() }),
  user,
);

/** Ends all sessions of the person. Known to every gateway at once. Throws `user_not_found`, `forbidden`, `last_owner`. */
export const removeUser = rpc("links", "remove_user", "links", z.object(one), z.object({}));
