import { AsyncLocalStorage } from "node:async_hooks";

/** For whom a piece of work is done, as the audit names them. */
export interface Actor {
  via: string;
  /** Of the credentials or the user. */
  id: string;
  role: string;
  /** Network address of the request. */
  address?: string;
  /** Subject of the message that was called. */
  call: string;
  request_id?: string;
}

const storage = new AsyncLocalStorage<Actor | undefined>();

/** Whose call this is part of; undefined for work that nobody of the tenant asked for by name. */
export const currentActor = (): Actor | undefined => storage.getStore();

export const runFor = <T>(actor: Actor | undefined, fn: () => T): T => storage.run(actor, fn);
