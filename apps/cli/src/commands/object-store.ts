import { createHash } from "node:crypto";
import { AwsClient } from "aws4fetch";
import { CliError, EXIT, type Io, usageError } from "../io.js";

/** Objects under one folder of a bucket. */
export interface Store {
  /** The metadata of an object; null = it does not exist. */
  metadata(key: string): Promise<Record<string, string> | null>;
  /** Stores an object unless it exists. False = it exists. A store without conditional writes overwrites it. */
  put(key: string, bytes: Uint8Array, metadata: Record<string, string>): Promise<boolean>;
}

const NOTED = "x-amz-meta-parley-";

/**
 * The folder that `s3://bucket/folder` names, in S3 or a compatible store. Its address and credentials are in the variables that the AWS
 * tools read. Throws a usage error for missing ones.
 */
export function createStore(io: Io, address: string): Store {
  const [, bucket = "", folder = ""] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*?))?\/?$/.exec(address) ?? [];
  if (bucket === "") throw usageError("An address in a store looks like s3://bucket/folder.");
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: token } = io.env;
  if (!accessKeyId || !secretAccessKey) throw usageError("Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.");
  const region = io.env.AWS_REGION || io.env.AWS_DEFAULT_REGION || "us-east-1";
  const endpoint = (
    io.env.AWS_ENDPOINT_URL_S3 ||
    io.env.AWS_ENDPOINT_URL ||
    `https://s3.${region}.amazonaws.com`
  ).replace(/\/+$/, "");
  const sessionToken = token ? { sessionToken: token } : {};
  const client = new AwsClient({ accessKeyId, secretAccessKey, region, service: "s3", retries: 4, ...sessionToken });
  const parts = folder.split("/").filter((part) => part !== "");
  const urlOf = (key: string): string => [endpoint, bucket, ...[...parts, key].map(encodeURIComponent)].join("/");

  const call = async (method: "HEAD" | "PUT", key: string, init: RequestInit = {}): Promise<Response> => {
    const answer = await client.fetch(urlOf(key), { method, ...init, signal: io.signal }).catch((cause: unknown) => {
      throw new CliError("network_error", `No answer from ${endpoint}.`, EXIT.unreachable, { cause });
    });
    if (answer.ok || answer.status === 404 || answer.status === 412) return answer;
    const [, code = `status ${answer.status}`] = /<Code>([A-Za-z]+)<\/Code>/.exec(await answer.text()) ?? [];
    throw new CliError("store_refused", `${endpoint} refuses ${method} in ${bucket}: ${code}.`);
  };
  return {
    async metadata(key) {
      const { status, headers } = await call("HEAD", key);
      if (status !== 200) return null;
      const noted = [...headers].filter(([name]) => name.startsWith(NOTED));
      return Object.fromEntries(noted.map(([name, value]) => [name.slice(NOTED.length), value]));
    },
    async put(key, bytes, metadata) {
      const noted = Object.entries(metadata).filter(([, value]) => value !== "");
      const headers = {
        ...Object.fromEntries(noted.map(([name, value]) => [NOTED + name, value])),
        "content-type": key.endsWith(".csv") ? "text/csv; charset=utf-8" : "application/jsonl; charset=utf-8",
        "if-none-match": "*",
        "x-amz-content-sha256": createHash("sha256").update(bytes).digest("hex"),
      };
      const { status } = await call("PUT", key, { headers, body: bytes });
      if (status === 404) throw new CliError("store_refused", `There is no bucket ${bucket} at ${endpoint}.`);
      return status !== 412;
    },
  };
}
