import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

// The one without a window starts and draws faster.
const PROGRAMS = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"];

/** The Chromium or Chrome of this machine: CHROMIUM_PATH, else the first on PATH; null = there is none. */
export function findChromium(): string | null {
  const named = process.env.CHROMIUM_PATH;
  if (named && existsSync(named)) return named;
  const folders = (process.env.PATH ?? "").split(delimiter);
  const places = PROGRAMS.flatMap((name) => folders.map((folder) => join(folder, name)));
  return places.find((place) => existsSync(place)) ?? null;
}
