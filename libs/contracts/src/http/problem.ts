import { z } from "zod";

/** Error document of every failure (RFC 9457). */
export const problem = z
  // Some kinds of failure add members of their own, as the RFC allows.
  .looseObject({
    type: z.string(),
    doc_url: z.string().meta({ description: "Path of the page that explains the code, on the server that answered" }),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string(),
    code: z.string(),
    message: z.string(),
    request_id: z.string(),
    errors: z.array(z.object({ pointer: z.string(), rule: z.string(), message: z.string() })).optional(),
    retry_after: z.int().min(0).optional(),
  })
  .meta({
    id: "Problem",
    description: "Problem document",
    examples: [
      {
        type: "urn:parley:error:not_found",
        doc_url: "/docs/errors#not_found",
        title: "Not Found",
        status: 404,
        detail: "Nothing is here.",
        code: "not_found",
        message: "Nothing is here.",
        request_id: "018f3a5e",
      },
    ],
  });
