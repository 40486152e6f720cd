import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

const LEVELS = ["trace", "debug", "info", "warn", "error", "fatal"];
const BY_CAUSE = "by its cause";
const LOGGER = /(^|[.#])log(ger)?\??$|^createLogger\(/;
const METRICS = ["counter", "gauge", "histogram"];

/** One place of the sources that writes a log line. */
export interface LogCall {
  /** `libs/bus`, `services/links`. */
  part: string;
  /** File and line, relative to the root. */
  at: string;
  level: string;
  /** Null when the name of the event is not written out there. */
  event: string | null;
  fields: string[];
}

/** One place of the sources that declares a metric. */
export interface MetricCall {
  part: string;
  name: string;
  kind: string;
  help: string;
  labels: string[];
}

/** Every log line and every metric of libs and services, in the order of the files. */
export function observed(root: string): { logs: LogCall[]; metrics: MetricCall[] } {
  const logs: LogCall[] = [];
  const metrics: MetricCall[] = [];
  for (const { part, path } of sourcesOf(root)) {
    const source = ts.createSourceFile(path, readFileSync(join(root, path), "utf8"), ts.ScriptTarget.Latest);
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node) && isMember(node.expression)) {
        const owner = node.expression.expression.getText(source);
        // `logger[loud(error)](…)`: how loud is decided there.
        const method = ts.isPropertyAccessExpression(node.expression) ? node.expression.name.text : BY_CAUSE;
        if ([...LEVELS, BY_CAUSE].includes(method) && LOGGER.test(owner)) {
          const at = `${path}:${source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1}`;
          for (const event of eventsOf(node.arguments[1] ?? node.arguments[0]))
            logs.push({ part, at, level: method, event, fields: keysOf(node.arguments[0], source) });
        }
        if (METRICS.includes(method) && /metrics\??$/.test(owner))
          metrics.push(metricOf({ part, kind: method }, node, source));
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return { logs, metrics };
}

const isMember = (node: ts.Expression): node is ts.PropertyAccessExpression | ts.ElementAccessExpression =>
  ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node);

function sourcesOf(root: string): { part: string; path: string }[] {
  return ["apps", "libs", "services", "tools"].flatMap((area) =>
    readdirSync(join(root, area))
      .sort()
      .flatMap((folder) =>
        filesIn(join(root, area, folder, "src")).map((file) => ({
          part: `${area}/${folder}`,
          path: `${area}/${folder}/src/${file}`,
        })),
      ),
  );
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((file) => /\.tsx?$/.test(file))
      .map((file) => file.replaceAll("\\", "/"))
      .sort();
  } catch {
    return [];
  }
}

/** The names a line may have: one literal, or both of `a ? "x" : "y"`. */
function eventsOf(argument: ts.Expression | undefined): (string | null)[] {
  if (argument === undefined) return [null];
  if (ts.isStringLiteralLike(argument)) return [argument.text];
  if (ts.isConditionalExpression(argument)) return [...eventsOf(argument.whenTrue), ...eventsOf(argument.whenFalse)];
  return [null];
}

/** Names of an object literal, those of `...{ literal }` and of `...name` among them, where `name` is a constant of the file. */
function keysOf(argument: ts.Expression | undefined, source: ts.SourceFile): string[] {
  if (argument === undefined) return [];
  if (ts.isIdentifier(argument)) return keysOf(constantOf(argument.text, source), source);
  if (ts.isConditionalExpression(argument))
    return [...new Set([...keysOf(argument.whenTrue, source), ...keysOf(argument.whenFalse, source)])];
  if (ts.isParenthesizedExpression(argument)) return keysOf(argument.expression, source);
  if (!ts.isObjectLiteralExpression(argument)) return [];
  return argument.properties.flatMap((property) => {
    if (ts.isSpreadAssignment(property)) return keysOf(property.expression, source);
    return property.name === undefined ? [] : [property.name.getText(source)];
  });
}

function constantOf(name: string, source: ts.SourceFile): ts.Expression | undefined {
  let found: ts.Expression | undefined;
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && node.name.getText(source) === name) found ??= node.initializer;
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found !== undefined && (ts.isObjectLiteralExpression(found) || ts.isArrayLiteralExpression(found))
    ? found
    : undefined;
}

function metricOf(at: Pick<MetricCall, "part" | "kind">, call: ts.CallExpression, source: ts.SourceFile): MetricCall {
  const [name, help, ...more] = call.arguments;
  const lists = more
    .map((list) => (ts.isIdentifier(list) ? (constantOf(list.text, source) ?? list) : list))
    .filter(ts.isArrayLiteralExpression)
    .map(({ elements }) => elements.filter(ts.isStringLiteralLike));
  const text = (argument: ts.Expression | undefined): string =>
    argument !== undefined && ts.isStringLiteralLike(argument) ? argument.text : "";
  return { ...at, name: text(name), help: text(help), labels: lists.flat().map((label) => label.text) };
}
