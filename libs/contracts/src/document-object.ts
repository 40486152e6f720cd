import { z } from "zod";

/**
 * One object of an agent document. It takes extension fields whose name starts with `x-` and refuses other unknown ones.
 */
export function documentObject<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  const known = new Set(Object.keys(shape));
  const open = z.looseObject(shape).superRefine(
    (value, context) => {
      const keys = Object.keys(value).filter((key) => !known.has(key) && !key.startsWith("x-"));
      if (keys.length > 0) context.addIssue({ code: "unrecognized_keys", keys, input: value });
    },
    // Also after other issues of the same object: an author sees all of them in one answer.
    { when: ({ value }) => typeof value === "object" && value !== null && !Array.isArray(value) },
  );
  // Extension fields pass at run time but have no type: nothing in the product may read one that is not declared below.
  return open as unknown as z.ZodObject<Shape, z.core.$strict>;
}
