/** docs/api-facts.md, made from the facts. */

import { type Evidence, type Fact, topics } from "./fact.ts";
import { facts } from "./facts.ts";

/** Where the page is, below the root. */
export const pagePath = "docs/api-facts.md";

export function writePage(): string {
  const known = facts.filter(({ status }) => status !== "unknown");
  const open = facts.filter(({ status }) => status === "unknown");
  const blocks = [
    ...intro(known.length, open.length),
    "## What is known",
    ...topics.flatMap((topic) => section(topic, known)),
    "## What is not known",
    wrap(
      "No public evidence answers these questions. Tailscope works with each of the answers below. Its " +
        "tests run against an emulator with the easiest answers and with the hardest ones.",
    ),
    ...topics.flatMap((topic) => section(topic, open)),
  ];
  return `${blocks.join("\n\n")}\n`;
}

function intro(known: number, open: number): readonly string[] {
  return [
    "# What Tailscope knows about the Tailscale API",
    "<!-- Generated from test/tailnet/facts.ts: UPDATE_DOCS=1 npx vitest run --project unit facts -->",
    wrap(
      "What does Tailscope assume about the real API, and why? Tailscope is developed against an " +
        `emulator. Of the ${known + open} facts that it relies on, ${known} are known from public evidence, ` +
        `and ${open} are open questions. Tailscope had a fact wrong at first if it is marked _corrected_.`,
    ),
    wrap(
      "Evidence comes from Tailscale itself (its documents, programs and staff), from projects that " +
        "_measured_ a real tailnet, and from users who _reported_ what they saw. Each has the date of the " +
        "version that we read.",
    ),
    "If you have a tailnet that nobody needs, `npm run test:tailnet` checks which of these facts hold:",
    [
      "```console",
      "export TAILSCALE_API_KEY=tskey-api-…",
      "npm run test:tailnet              # changes nothing",
      "npm run test:tailnet -- --write   # checks the rest with credentials that it removes",
      "```",
    ].join("\n"),
  ];
}

function section(topic: string, all: readonly Fact[]): readonly string[] {
  const these = all.filter((fact) => fact.topic === topic);
  return these.length === 0 ? [] : [`### ${topic}`, ...these.flatMap(entry)];
}

function entry(fact: Fact): readonly string[] {
  const sentence = fact.status === "corrected" ? `${fact.sentence} (_Corrected._)` : fact.sentence;
  const items = [
    ...conduct(fact),
    ...limits(fact),
    "Evidence:",
    ...fact.evidence.map((evidence) => `  ${cite(evidence)}`),
  ];
  return [`#### ${fact.id}`, wrap(sentence), items.map(item).join("\n")];
}

/** An item of a list; below another where it is indented. */
function item(text: string): string {
  const [indent = ""] = /^ */.exec(text) ?? [];
  return wrap(`- ${text.trimStart()}`, indent, `${indent}  `);
}

function conduct(fact: Fact): readonly string[] {
  if (fact.status !== "unknown") return [`Tailscope: ${fact.tailscope}`];
  const { answers, otherwise } = fact;
  const rest = answers.length === 0 ? "Tailscope" : "Any other answer";
  return [
    ...answers.map(({ answer, tailscope }) => `If “${answer}”: ${tailscope}`),
    ...(otherwise === undefined ? [] : [`${rest}: ${otherwise}`]),
  ];
}

/** What the command cannot check. */
function limits({ examination }: Fact): readonly string[] {
  if (examination.by !== "nothing") return [];
  return [`\`npm run test:tailnet\` cannot check it: ${examination.reason}.`];
}

function cite({ source, says, url }: Evidence): string {
  const weight = source.weight === "Tailscale" ? "" : `${source.weight}, `;
  const said = says === undefined ? "" : `: ${says}`;
  return `[${source.name}](${url ?? source.url}) (${weight}${source.date})${said}`;
}

/** Lines of at most 100 characters, where the words allow it. */
function wrap(text: string, first = "", following = first): string {
  const lines: string[] = [];
  let line = first;
  for (const word of text.split(" ")) {
    const isEmpty = line.trim() === "";
    if (!isEmpty && line.length + 1 + word.length > 100) {
      lines.push(line);
      line = `${following}${word}`;
    } else line = isEmpty ? `${line}${word}` : `${line} ${word}`;
  }
  return [...lines, line].join("\n");
}
