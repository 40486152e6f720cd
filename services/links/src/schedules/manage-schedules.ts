import {
  AppError,
  CRON_MESSAGE,
  type createSchedule,
  type deleteSchedule,
  type getSchedule,
  hasRole,
  type listScheduleRuns,
  type listSchedules,
  newId,
  type Principal,
  type pauseSchedule,
  requireRole,
  type runSchedule,
  type Schedule,
  type ScheduleParameters,
  tenantOf,
  type updateSchedule,
} from "@parley/contracts";
import { once, recall } from "@parley/db";
import type { z } from "zod";
import type { SendingDeps } from "../distribution/accept-send.js";
import { addresseesOf, openPerson } from "../distribution/addresses.js";
import { canSendSms } from "../distribution/channels/sms.js";
import { requireAgent } from "../links/agents.js";
import { planLink } from "../links/new-link.js";
import { asPage, pageAsked } from "../list-cursor.js";
import type { TenantTransaction } from "../transaction.js";
import { isPattern, nextOccurrence, nextOccurrences } from "./occurrences.js";
import { linkBodyOf, scheduleAad, sealRecipient, wordsOf } from "./parameters.js";
import * as repository from "./repository.js";

type In<C extends { request: z.ZodType }> = z.output<C["request"]>;
type Out<C extends { response: z.ZodType }> = Promise<z.input<C["response"]>>;

const SHOWN = 5;

function viewOf({ paused_at, now, ...row }: repository.ScheduleRow): Schedule {
  const paused = paused_at !== null;
  const next = paused ? [] : nextOccurrences(row, now, SHOWN);
  return { ...row, paused, next_runs: next.map((at) => new Date(at).toISOString()) };
}

async function requireSchedule(trx: TenantTransaction, id: string): Promise<repository.ScheduleRow> {
  const row = await repository.findSchedule(trx, id);
  if (row === null) throw new AppError("schedule_not_found");
  return row;
}

const badCron = (): AppError =>
  new AppError("validation_failed", { errors: [{ pointer: "/cron", rule: "cron", message: CRON_MESSAGE }] });

/** Checks everything that an occurrence will need: agent, templates, recipients, channel. */
async function checked(
  deps: SendingDeps,
  principal: Principal,
  of: { scheduleId: string; parameters: ScheduleParameters },
) {
  const { agent: name, recipients, ...parameters } = of.parameters;
  const tenantId = tenantOf(principal);
  const { channel, language } = parameters;
  if (channel === "sms" && !canSendSms(deps.config)) throw new AppError("channel_unavailable");
  const agent = await requireAgent(deps.bus, principal, name);
  await deps.db.tenant(tenantId, (trx) => wordsOf(trx, parameters));
  const { change } = await planLink(deps, { principal, agent, body: linkBodyOf(parameters) });
  const personalised = parameters.personalised ?? (channel === "email" || channel === "sms");
  if (personalised && typeof change.pin === "string") {
    const message = "the link of this template has a PIN and cannot be copied for each recipient; give false";
    const at = { pointer: "/parameters/personalised", rule: "pin", message };
    throw new AppError("validation_failed", { errors: [at] });
  }
  const people = within("/parameters", () =>
    addresseesOf(deps, { tenantId, channel, recipients, languages: [language] }),
  );
  const wished = new Map(
    recipients.flatMap((one) =>
      typeof one === "string" || one.language === undefined ? [] : [[one.address, one.language]],
    ),
  );
  const stored = people.map((one) =>
    sealRecipient(deps.secrets, one, {
      aad: scheduleAad({ tenantId, scheduleId: of.scheduleId, hash: one.hash }),
      language: wished.size === 0 ? null : one.language,
    }),
  );
  return { agentId: agent.id, parameters, stored };
}

/** Pointers of a part, seen from the whole body. */
function within<T>(pointer: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof AppError) || error.errors === undefined) throw error;
    const errors = error.errors.map((one) => ({ ...one, pointer: `${pointer}${one.pointer}` }));
    throw new AppError(error.code, { errors });
  }
}

/** Creates a schedule. Idempotent by the caller's key, else by the signature. Throws `validation_failed` and what an occurrence would. */
export const createScheduleHandler =
  (deps: SendingDeps) =>
  async (input: In<typeof createSchedule>): Out<typeof createSchedule> => {
    const { principal, body } = input;
    requireRole(principal, "editor");
    const tenantId = tenantOf(principal);
    const request = { tenantId, scope: "schedules.create", repeatable: input };
    const before = await recall<{ schedule: Schedule }>(deps.db, request);
    if (before !== null) return before;
    const id = newId();
    const { timezone, action } = body;
    const cron = body.cron ?? body.schedule ?? "";
    const now = await deps.db.time();
    if (!isPattern({ cron, timezone }, now)) throw badCron();
    const { agentId, parameters, stored } = await checked(deps, principal, {
      scheduleId: id,
      parameters: body.parameters,
    });
    const nextAt = nextOccurrence({ cron, timezone }, now);
    const created = { id, tenantId, agentId, name: body.name ?? null, cron, timezone, action, parameters, nextAt };
    const { answer } = await deps.db.tenant(tenantId, (trx) =>
      once<{ schedule: Schedule }>(trx, request, async () => {
        await repository.insertSchedule(trx, { ...created, createdBy: principal.id });
        await repository.setRecipients(trx, { tenantId, scheduleId: id }, stored);
        return { answer: { schedule: viewOf(await requireSchedule(trx, id)) }, facts: [] };
      }),
    );
    return answer;
  };

/** Schedules of the tenant, newest first. A read. */
export const listSchedulesHandler =
  (deps: SendingDeps) =>
  async (input: In<typeof listSchedules>): Out<typeof listSchedules> => {
    const { limit, page } = pageAsked(input);
    const rows = await deps.db.tenant(tenantOf(input.principal), (trx) => repository.listSchedules(trx, page));
    return asPage(
      rows.map(({ position, ...row }) => ({ ...viewOf(row), position })),
      limit,
    );
  };

/** One schedule, for editors with its recipients. A read. */
export const getScheduleHandler =
  (deps: SendingDeps) =>
  async ({ principal, id }: In<typeof getSchedule>): Out<typeof getSchedule> => {
    const tenantId = tenantOf(principal);
    const { row, people } = await deps.db.tenant(tenantId, async (trx) => ({
      row: await requireSchedule(trx, id),
      people: hasRole(principal.role, "editor") ? await repository.readRecipients(trx, id) : null,
    }));
    const shown = viewOf(row);
    if (people === null) return { schedule: shown };
    const isOfPeople = row.parameters.channel === "email" || row.parameters.channel === "sms";
    const recipients = people.map(({ hash, sealed, hint, language }) => {
      const { address, name } = openPerson(deps.secrets, sealed, scheduleAad({ tenantId, scheduleId: id, hash }));
      return {
        address: isOfPeople ? address : hint,
        ...(name !== null && { name }),
        ...(language !== null && { language }),
      };
    });
    return { schedule: { ...shown, parameters: { ...shown.parameters, recipients } } };
  };

/** Changes the given fields; `parameters` as a whole. Idempotent by state. Throws `schedule_not_found` and what its creation does. */
export const updateScheduleHandler =
  (deps: SendingDeps) =>
  async ({ principal, id, body }: In<typeof updateSchedule>): Out<typeof updateSchedule> => {
    requireRole(principal, "editor");
    const tenantId = tenantOf(principal);
    const known = await deps.db.tenant(tenantId, (trx) => requireSchedule(trx, id));
    const { parameters } = body;
    const fresh = parameters && (await checked(deps, principal, { scheduleId: id, parameters }));
    const pattern = { cron: body.cron ?? known.cron, timezone: body.timezone ?? known.timezone };
    if (!isPattern(pattern, known.now)) throw badCron();
    return deps.db.tenant(tenantId, async (trx) => {
      await repository.lockSchedule(trx, id);
      const before = await requireSchedule(trx, id);
      const change = {
        ...{ id, name: body.name === undefined ? before.name : body.name },
        ...{ cron: body.cron ?? before.cron, timezone: body.timezone ?? before.timezone },
        ...{ agentId: fresh?.agentId ?? before.agent_id, parameters: fresh?.parameters ?? before.parameters },
      };
      const paused = before.paused_at !== null;
      const nextAt = paused ? null : nextOccurrence(change, before.now);
      await repository.writeSchedule(trx, { ...change, paused, nextAt });
      if (fresh) await repository.setRecipients(trx, { tenantId, scheduleId: id }, fresh.stored);
      return { schedule: viewOf(await requireSchedule(trx, id)) };
    });
  };

/** Pauses a schedule, or resumes it with the next occurrence; those in between are skipped. Idempotent by state. */
export const pauseScheduleHandler =
  (deps: SendingDeps) =>
  async ({ principal, id, paused }: In<typeof pauseSchedule>): Out<typeof pauseSchedule> => {
    requireRole(principal, "editor");
    return deps.db.tenant(tenantOf(principal), async (trx) => {
      await repository.lockSchedule(trx, id);
      const row = await requireSchedule(trx, id);
      if ((row.paused_at !== null) !== paused) {
        const nextAt = paused ? null : nextOccurrence(row, row.now);
        await repository.writeSchedule(trx, { ...row, agentId: row.agent_id, paused, nextAt });
      }
      return { schedule: viewOf(await requireSchedule(trx, id)) };
    });
  };

/** Deletes a schedule with its log; what it sent stays. Idempotent by state. */
export const deleteScheduleHandler =
  (deps: SendingDeps) =>
  async ({ principal, id }: In<typeof deleteSchedule>): Out<typeof deleteSchedule> => {
    requireRole(principal, "editor");
    const removed = await deps.db.tenant(tenantOf(principal), (trx) => repository.removeSchedule(trx, id));
    if (!removed) throw new AppError("schedule_not_found");
    return {};
  };

/** Runs a schedule now, paused or not. Idempotent by the caller's key, else by the signature. */
export const runScheduleHandler =
  (deps: SendingDeps) =>
  async (input: In<typeof runSchedule>): Out<typeof runSchedule> => {
    const { principal, id } = input;
    requireRole(principal, "editor");
    const tenantId = tenantOf(principal);
    const request = { tenantId, scope: "schedules.run", repeatable: input };
    const { answer } = await deps.db.tenant(tenantId, (trx) =>
      once<z.input<typeof runSchedule.response>>(trx, request, async () => {
        await requireSchedule(trx, id);
        return { answer: { run: await repository.insertRun(trx, { tenantId, scheduleId: id }) }, facts: [] };
      }),
    );
    return answer;
  };

/** Occurrences of a schedule and their outcomes, newest first. A read. */
export const listScheduleRunsHandler =
  (deps: SendingDeps) =>
  async (input: In<typeof listScheduleRuns>): Out<typeof listScheduleRuns> => {
    const { limit, page } = pageAsked(input);
    const rows = await deps.db.tenant(tenantOf(input.principal), async (trx) => {
      await requireSchedule(trx, input.id);
      return repository.listRuns(trx, { scheduleId: input.id, ...page });
    });
    return asPage(rows, limit);
  };
