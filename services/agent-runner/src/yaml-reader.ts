import { readUntrusted } from "@parley/runtime";
import { parseYaml } from "./agents/parse-yaml.js";

/** The process that `createYamlReader` starts for each long document: YAML in, its value out. */
await readUntrusted(async (text) => parseYaml(text.toString("utf8")));
