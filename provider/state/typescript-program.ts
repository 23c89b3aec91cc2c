/** Prints existing credentials as a program in TypeScript. Pure. */

import type { Adopted } from "./adoption";
import { createFreeNames } from "./free-names";

/**
 * Prints the program, in TypeScript. Arguments with default values are left out. Nothing is
 * exported, because exporting a whole resource would show all of it on every run.
 */
export function printProgram(adopted: readonly Adopted[]): string {
  const kinds = [...new Set(adopted.map(({ kind }) => kind))].sort();
  const freeName = createFreeNames("_");
  const resources = adopted.map(({ id, kind, name, inputs }) => {
    const given = Object.entries(inputs).filter(
      ([argument, value]) => argument !== "__provider" && value !== false && value !== undefined,
    );
    const lines = given.map(([argument, value]) => `  ${argument}: ${printLiteral(value)},\n`);
    return `/** ${id} */\nconst ${freeName(toVariableName(name))} = new ${kind}(${JSON.stringify(name)}, {\n${lines.join("")}});\n`;
  });
  return `// Existing credentials, adopted as they are. Their secrets are not known here: rotateEvery or a replacement gets new ones.\n\nimport { ${kinds.join(", ")} } from "tailscope";\n\n${resources.join("\n")}`;
}

function printLiteral(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(printLiteral).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([name, member]) => `${printPropertyName(name)}: ${printLiteral(member)}`)
    .join(", ")} }`;
}

function printPropertyName(name: string): string {
  // A plain name or a string key would set the prototype.
  if (name === "__proto__") return '["__proto__"]';
  return /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name);
}

/**
 * Reserved words that a resource's name could turn into. No top-level variable of a TypeScript
 * module can have such a name.
 */
const reserved = new Set(
  "await break case catch class const continue debugger default delete do else enum export extends false finally for function if implements import in instanceof interface let new null package private protected public return static super switch this throw true try typeof var void while with yield arguments eval undefined globalThis exports require module".split(
    " ",
  ),
);

/**
 * Creates the name of a resource's variable. It is not a reserved word, and it starts with a
 * lower-case letter so that it does not hide our classes or globals (`Object`, `Promise`).
 */
function toVariableName(name: string): string {
  const camel = name
    .replace(/[^A-Za-z0-9]+(.)?/g, (_, next: string | undefined) => next?.toUpperCase() ?? "")
    .replace(/^[A-Z]/, (first) => first.toLowerCase());
  return /^[a-z]/.test(camel) && !reserved.has(camel) ? camel : `_${camel}`;
}
