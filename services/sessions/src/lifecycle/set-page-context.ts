import type { setPageContext } from "@parley/contracts";
import type { z } from "zod";
import { accessRow } from "../access.js";
import type { HandlerDeps } from "../deps.js";

/** Stores the context from the page around a widget. Idempotent: the last write wins. */
export const setPageContextHandler =
  ({ repository, secrets }: HandlerDeps) =>
  async ({
    access,
    data,
  }: z.output<typeof setPageContext.request>): Promise<z.input<typeof setPageContext.response>> => {
    await repository.setPageContext(accessRow(access, secrets), data);
    return {};
  };
