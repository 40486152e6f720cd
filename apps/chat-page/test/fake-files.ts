import type { IncomingMessage, ServerResponse } from "node:http";

export interface FakeFile {
  id: string;
  name: string;
  media_type: string;
  bytes: number;
}

/** A picture of one dot. */
export const DOT = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

/** The uploads of a link, with a switch for each fault the page must survive. */
export interface FakeFiles {
  stored: FakeFile[];
  /** Idempotency keys of the uploads, repeats included. */
  keys: string[];
  removed: string[];
  /** Problems the next uploads get, first one first. */
  problems: { status: number; code: string; retryAfterSeconds?: number }[];
  /** The next upload is stored but its answer never arrives. */
  loseNextAnswer: boolean;
  /** Uploads are not answered until this is called. */
  hold: Promise<void> | null;
  named(ids: unknown): FakeFile[];
  upload(request: IncomingMessage): Promise<FakeFile | { status: number; code: string } | null>;
  remove(id: string): void;
  download(id: string, response: ServerResponse): void;
}

export function createFakeFiles(): FakeFiles {
  const byKey = new Map<string, FakeFile>();
  const files: FakeFiles = {
    stored: [],
    keys: [],
    removed: [],
    problems: [],
    loseNextAnswer: false,
    hold: null,
    named: (ids) => (Array.isArray(ids) ? files.stored.filter(({ id }) => ids.includes(id)) : []),
    async upload(request) {
      const pieces: Buffer[] = [];
      for await (const piece of request) pieces.push(piece);
      const form = Buffer.concat(pieces).toString("latin1");
      const key = String(request.headers["idempotency-key"] ?? "");
      files.keys.push(key);
      if (files.hold) await files.hold;
      const problem = files.problems.shift();
      if (problem) return problem;
      const [, name = "", type = "", rest = ""] =
        /filename="([^"]*)"\r\ncontent-type: (\S+)\r\n\r\n([\s\S]*)$/i.exec(form) ?? [];
      const bytes = rest.lastIndexOf("\r\n--", rest.length - 4);
      const file = byKey.get(key) ?? { id: `file-${byKey.size + 1}`, name, media_type: type, bytes };
      if (!byKey.has(key)) files.stored.push(file);
      byKey.set(key, file);
      if (!files.loseNextAnswer) return file;
      files.loseNextAnswer = false;
      return null;
    },
    remove(id) {
      files.removed.push(id);
      files.stored = files.stored.filter((file) => file.id !== id);
    },
    download(id, response) {
      const file = files.stored.find((one) => one.id === id);
      response.writeHead(file ? 200 : 404, {
        "content-type": file?.media_type ?? "text/plain",
        "content-disposition": `attachment; filename="${file?.name ?? ""}"`,
      });
      const isPicture = file?.media_type === "image/png";
      response.end(isPicture ? DOT : file ? "x".repeat(file.bytes) : "");
    },
  };
  return files;
}
