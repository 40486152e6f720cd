import { newId } from "@parley/client";
import { EXIT, type Io } from "../io.js";
import { printJson, printLine, printTable } from "../report.js";
import { type Globals, ownerTransport } from "../settings.js";
import { readAll } from "./read-all.js";

interface UserShown {
  id: string;
  email: string;
  name: string | null;
  role: string;
  status: string;
  last_seen_at: string | null;
}

/** The users of the tenant, newest first, including removed ones. */
export async function listUsers(io: Io, options: Globals): Promise<number> {
  const users = await readAll<UserShown>(ownerTransport(io, options), { path: "/api/users", signal: io.signal });
  if (options.json) printJson(io, { data: users });
  else {
    const rows = users.map((user) => [
      ...[user.id, user.email, user.role, user.status],
      ...[user.last_seen_at ?? "never", user.name ?? ""],
    ]);
    printTable(io, ["ID", "ADDRESS", "ROLE", "STATUS", "LAST SEEN", "NAME"], rows);
  }
  return EXIT.ok;
}

/** Invites a person. Retries after network failures use one idempotency key, so there is one mail. */
export async function inviteUser(
  io: Io,
  options: Globals & { email: string; role: string; name?: string },
): Promise<number> {
  const { email, role, name } = options;
  const user = await ownerTransport(io, options).json<UserShown>({
    method: "POST",
    path: "/api/users",
    body: { email, role, ...(name !== undefined && { name }) },
    headers: { "idempotency-key": newId() },
    signal: io.signal,
  });
  if (options.json) printJson(io, user);
  else printLine(io, `invited as ${user.role}; id ${user.id}`);
  return EXIT.ok;
}

/** Changes a person's role, on every gateway. Idempotent by state. */
export async function changeRole(io: Io, options: Globals & { id: string; role: string }): Promise<number> {
  const user = await ownerTransport(io, options).json<UserShown>({
    method: "PATCH",
    path: pathOf(options.id),
    body: { role: options.role },
    signal: io.signal,
  });
  if (options.json) printJson(io, user);
  else printLine(io, `${user.email} is ${user.role} now`);
  return EXIT.ok;
}

/** Disables a person, which ends their sessions, or enables them again. Idempotent by state. */
export async function disableUser(io: Io, options: Globals & { id: string; disabled: boolean }): Promise<number> {
  const { id, disabled } = options;
  const user = await ownerTransport(io, options).json<UserShown>({
    method: "PATCH",
    path: pathOf(id),
    body: { disabled },
    signal: io.signal,
  });
  if (options.json) printJson(io, user);
  else printLine(io, `${user.email} ${disabled ? "is disabled and signed out everywhere" : "may sign in again"}`);
  return EXIT.ok;
}

/** Ends all sessions of a person, on every gateway. Idempotent by state. */
export async function signOutUser(io: Io, options: Globals & { id: string }): Promise<number> {
  const done = await ownerTransport(io, options).json<{ ended: number }>({
    method: "DELETE",
    path: `${pathOf(options.id)}/sessions`,
    signal: io.signal,
  });
  if (options.json) printJson(io, done);
  else printLine(io, `signed out of ${done.ended} ${done.ended === 1 ? "browser" : "browsers"}`);
  return EXIT.ok;
}

/** Removes a person, on every gateway. Idempotent by state: a second time it is not found. */
export async function removeUser(io: Io, options: Globals & { id: string }): Promise<number> {
  const transport = ownerTransport(io, options);
  const done = await transport.json<{ deleted: true }>({
    method: "DELETE",
    path: pathOf(options.id),
    signal: io.signal,
  });
  if (options.json) printJson(io, done);
  else printLine(io, "removed; the person is signed out everywhere");
  return EXIT.ok;
}

const pathOf = (id: string): string => `/api/users/${encodeURIComponent(id)}`;
