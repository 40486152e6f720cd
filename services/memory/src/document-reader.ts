import { knowledgeMediaType } from "@parley/contracts";
import { readUntrusted } from "@parley/runtime";
import { chunksOf } from "./knowledge/read-document.js";

/** The process that `createChunkReader` starts for each document: its bytes in, its chunks out. */
await readUntrusted((data, [mediaType]) => chunksOf(data, knowledgeMediaType.parse(mediaType)));
