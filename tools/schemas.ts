/**
 * Generates JSON schemas for the output of the commands with --json, from the types of the printed
 * values: each `printJson(…)` in provider/cli, and the output that is printed directly. The schemas
 * are in provider/schemas, and docs/json-output.md lists them; `npm run docs:update` writes both.
 */

import { basename, dirname, join, relative } from "node:path";
import ts from "typescript";

export interface Schema {
  /** For example `"drift"`. */
  readonly name: string;
  readonly schema: Json;
}

export interface Json {
  readonly [key: string]: unknown;
}

/**
 * Commands that print more than one document: the additional ones by the printed value, with the
 * options that request them.
 */
const otherDocuments = [
  { command: "review", printed: /^matching/, name: "review-explain", asked: "review --explain" },
] as const;

/** The commands that convert their output to JSON themselves. */
const printsItself = new Set(["review", "token"]);

/** The schemas of a provider's commands, by name. */
export function readSchemas(provider: string): Schema[] {
  const { options, fileNames } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(join(provider, "tsconfig.json"), ts.sys.readFile).config,
    ts.sys,
    provider,
  );
  const cli = join(provider, "cli");
  const inCli = (fileName: string) => !relative(cli, fileName).startsWith("..");
  // With what they import, and not the resources, whose types are those of the whole Pulumi SDK.
  const program = ts.createProgram(fileNames.filter(inCli), { ...options, noEmit: true });
  const checker = program.getTypeChecker();
  const schemas = new Map<string, Json>();
  for (const source of program.getSourceFiles()) {
    const path = relative(cli, source.fileName);
    if (!inCli(source.fileName) || path === "output.ts") continue;
    const folder = dirname(path);
    const command = folder === "." ? basename(path, ".ts") : folder;
    visit(source, (node) => {
      const printed = findPrinted(node, command);
      if (printed === undefined) return;
      const text = printed.getText();
      const other = otherDocuments.find((one) => one.command === command && one.printed.test(text));
      const name = other?.name ?? command;
      if (schemas.has(name))
        throw new Error(`${path} prints a second document: name it in tools/schemas.ts`);
      schemas.set(name, {
        $schema: "https://json-schema.org/draft/2020-12/schema",
        title: `tailscope ${other?.asked ?? command} --json`,
        ...toSchema(checker.getTypeAtLocation(printed), checker, printed),
      });
    });
  }
  return [...schemas]
    .map(([name, schema]) => ({ name, schema }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** The document that a call prints, if it prints one. */
function findPrinted(node: ts.Node, command: string): ts.Expression | undefined {
  if (!ts.isCallExpression(node)) return undefined;
  const how = node.expression.getText();
  const [value, replacer, space] = node.arguments;
  if (value === undefined) return undefined;
  if (how === "printJson") return value;
  const isIndented = replacer?.getText() === "undefined" && space?.getText() === "2";
  return how === "JSON.stringify" && isIndented && printsItself.has(command) ? value : undefined;
}

function toSchema(type: ts.Type, checker: ts.TypeChecker, at: ts.Node): Json {
  const is = (flags: ts.TypeFlags) => (type.flags & flags) !== 0;
  if (is(ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return {};
  if (is(ts.TypeFlags.Null)) return { type: "null" };
  if (type.isStringLiteral() || type.isNumberLiteral()) return { const: type.value };
  if (is(ts.TypeFlags.BooleanLiteral)) return { const: checker.typeToString(type) === "true" };
  if (is(ts.TypeFlags.Boolean)) return { type: "boolean" };
  if (is(ts.TypeFlags.StringLike)) return { type: "string" };
  if (is(ts.TypeFlags.NumberLike)) return { type: "number" };
  if (type.isUnion()) return toUnionSchema(type.types, checker, at);
  if (checker.isTupleType(type) || checker.isArrayType(type)) {
    // Arrays and tuples are references to types.
    const [item] = checker.getTypeArguments(type as ts.TypeReference);
    return { type: "array", ...(item && { items: toSchema(item, checker, at) }) };
  }
  if (type.getCallSignatures().length > 0)
    throw new Error(`a function is not JSON: ${at.getText()}`);
  return toObjectSchema(type, checker, at);
}

function toUnionSchema(types: readonly ts.Type[], checker: ts.TypeChecker, at: ts.Node): Json {
  const there = types.filter(({ flags }) => (flags & ts.TypeFlags.Undefined) === 0);
  const values = there.flatMap((one) =>
    one.isStringLiteral() || one.isNumberLiteral() ? [one.value] : [],
  );
  if (values.length === there.length && values.length > 1) return { enum: values };
  const isBoolean = (one: ts.Type) => (one.flags & ts.TypeFlags.BooleanLiteral) !== 0;
  const others = there.filter((one) => !isBoolean(one));
  const schemas: Json[] = others.map((one) => toSchema(one, checker, at));
  const booleans = there.filter(isBoolean);
  if (booleans.length === 2) schemas.push({ type: "boolean" });
  else schemas.push(...booleans.map((one) => toSchema(one, checker, at)));
  const different = [...new Map(schemas.map((one) => [JSON.stringify(one), one])).values()];
  return different.length === 1 && different[0] ? different[0] : { anyOf: different };
}

function toObjectSchema(type: ts.Type, checker: ts.TypeChecker, at: ts.Node): Json {
  const properties: Record<string, Json> = {};
  const required: string[] = [];
  for (const property of checker.getPropertiesOfType(type)) {
    const propertyType = checker.getTypeOfSymbolAtLocation(property, at);
    const description = ts.displayPartsToString(property.getDocumentationComment(checker)).trim();
    properties[property.name] = {
      ...(description !== "" && { description: description.replace(/\s+/g, " ") }),
      ...toSchema(propertyType, checker, at),
    };
    const mayBeUndefined =
      (property.flags & ts.SymbolFlags.Optional) !== 0 || hasUndefined(propertyType);
    if (!mayBeUndefined) required.push(property.name);
  }
  const index = checker.getIndexTypeOfType(type, ts.IndexKind.String);
  return {
    type: "object",
    ...(Object.keys(properties).length > 0 && { properties }),
    ...(required.length > 0 && { required }),
    ...(index && { additionalProperties: toSchema(index, checker, at) }),
  };
}

function hasUndefined(type: ts.Type): boolean {
  if (type.isUnion()) return type.types.some(hasUndefined);
  return (type.flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Unknown)) !== 0;
}

function visit(node: ts.Node, look: (node: ts.Node) => void): void {
  look(node);
  ts.forEachChild(node, (child) => visit(child, look));
}

/** The same schema in a strict form for tests: objects may have no other properties. */
export function closeSchema(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closeSchema);
  if (typeof schema !== "object" || schema === null) return schema;
  const inner = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, closeSchema(value)]),
  );
  const isObject = inner["type"] === "object" && "properties" in inner;
  return isObject && !("additionalProperties" in inner)
    ? { ...inner, additionalProperties: false }
    : inner;
}

/** docs/json-output.md */
export function formatSchemasPage(schemas: readonly Schema[]): string {
  const rows = schemas.map(({ name, schema }) => {
    const properties = Object.keys((schema["properties"] as object | undefined) ?? {});
    const list = properties.map((property) => `\`${property}\``).join(", ");
    const schemaLink = `[\`${name}.json\`](../provider/schemas/${name}.json)`;
    return `- \`${schema["title"]}\`: ${schemaLink}${list && `, with ${list}`}`;
  });
  return `# JSON output

How does a script read the result of a command? With \`--json\` a command prints one JSON document on
standard output and nothing else. Warnings and notes go to standard error. The package contains a
JSON schema of each document:

${rows.join("\n")}

Load a schema in a program:

\`\`\`ts
import { readFileSync } from "node:fs";

const path = require.resolve("tailscope/schemas/drift.json");
export const schema: unknown = JSON.parse(readFileSync(path, "utf8"));
\`\`\`

A later version can add properties, so ignore the ones that you do not know. Only a new major
version removes a property or changes its meaning.

Only the document of \`tailscope token\` contains a secret: the token.
`;
}
