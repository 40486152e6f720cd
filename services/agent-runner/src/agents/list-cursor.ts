import { listCursor } from "@parley/contracts";
import { z } from "zod";

export const versionCursor = listCursor(z.int().min(1));
export const nameCursor = listCursor(z.string().max(100));
