/**
 * Reads from the source every message of the provider that a person can see: errors, warnings, and
 * the findings of checks. `npm run docs:update` generates docs/messages.md from them.
 */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

export interface Message {
  /** The provider's folder that contains the message, for example `"api"`. */
  readonly folder: string;
  /** The text, with `…` for the parts that vary. */
  readonly text: string;
}

/** An error in the source whose text we could not determine; there should be none. */
export interface Unread {
  readonly file: string;
  readonly line: number;
  readonly source: string;
}

interface Source {
  readonly file: string;
  readonly folder: string;
  readonly tree: ts.SourceFile;
}

/** The possible values of a name. */
type Values = ReadonlyMap<string, readonly string[]>;

/**
 * Facts about the whole source: functions that return texts, and error classes with the constructor
 * that builds their message.
 */
interface World {
  readonly functions: ReadonlyMap<string, ts.FunctionLikeDeclaration>;
  readonly errors: ReadonlyMap<string, ts.ConstructorDeclaration | undefined>;
}

/** The context of an expression: what its names mean, and how many more functions to follow. */
interface Scope {
  readonly world: World;
  readonly values: Values;
  readonly depth: number;
}

const gap = "…";
const mostVariants = 6;

/** Names of object members that hold sentences for a person. */
const sentences = new Set(["reason", "instead", "message", "remedy", "problem", "error"]);
/** Functions that print a sentence next to the result, or pass one to Pulumi. */
const warners = new Set(["warn", "warnOnce", "printAside", "error"]);

export function readMessages(provider: string): { messages: Message[]; unread: Unread[] } {
  const sources = readSources(provider);
  const errors = findErrorClasses(sources);
  const shared = findSharedFunctions(sources);
  const messages = new Map<string, Message>();
  const unread: Unread[] = [];
  for (const source of sources) {
    // A name refers to the declaration in its own file, or else to the only function with that
    // name.
    const world: World = { errors, functions: new Map([...shared, ...findFunctions(source.tree)]) };
    const scope: Scope = { world, values: readConstants(source.tree, world), depth: 3 };
    const add = (texts: readonly string[], words = 3) => {
      for (const text of texts.map(tidy).filter((one) => hasWords(one, words)))
        messages.set(`${source.folder} ${text}`, { folder: source.folder, text });
    };
    visit(source.tree, (node) => {
      if (ts.isNewExpression(node) && world.errors.has(getClassName(node))) {
        const texts = findTexts(node, source.tree, scope);
        add(texts, 1);
        if (!texts.some((text) => hasWords(tidy(text), 1))) unread.push(locate(node, source));
      }
      const argument = ts.isCallExpression(node) && node.arguments[0];
      if (argument && warners.has(getCalledName(node))) add(render(argument, scope));
      if (
        ts.isPropertyAssignment(node) &&
        ts.isIdentifier(node.name) &&
        sentences.has(node.name.text)
      )
        add(render(node.initializer, scope));
    });
  }
  return { messages: dropShorter([...messages.values()].sort(compareMessages)), unread };
}

/**
 * The texts that an error can have: those of its constructor, and if they are parameters, those of
 * the callers of the function that creates it.
 */
function findTexts(made: ts.NewExpression, tree: ts.SourceFile, scope: Scope): string[] {
  const words = findTextsOfCallers(made, tree, scope, (values) => {
    const given = [...(made.arguments ?? [])];
    const wording = scope.world.errors.get(getClassName(made));
    const message = wording && findSuperMessage(wording);
    if (wording === undefined || message === undefined)
      return given[0] === undefined ? [] : render(given[0], { ...scope, values });
    const bound = bind(wording, given, { ...scope, values });
    return render(message, { ...scope, values: bound });
  });
  return limitVariants(words, 40);
}

/** The texts that a function builds from its parameters, for each call of that function. */
function findTextsOfCallers(
  made: ts.Expression,
  tree: ts.SourceFile,
  scope: Scope,
  make: (values: Values) => string[],
): string[] {
  const maker = findEnclosingFunction(made);
  const name = maker && getFunctionName(maker);
  if (maker === undefined || name === undefined || scope.depth === 0) return make(scope.values);
  const used = maker.parameters.some((parameter) => mentions(made, parameter.name.getText(tree)));
  if (!used) return make(scope.values);
  const texts: string[] = [];
  visit(tree, (node) => {
    if (!ts.isCallExpression(node) || getCalledName(node) !== name) return;
    const deeper = { ...scope, depth: scope.depth - 1 };
    texts.push(
      ...findTextsOfCallers(node, tree, deeper, (values) =>
        make(bind(maker, [...node.arguments], { ...scope, values })),
      ),
    );
  });
  return texts.length > 0 ? texts : make(scope.values);
}

/** Binds the parameters to their values in a call. */
function bind(
  called: ts.SignatureDeclaration,
  given: readonly ts.Expression[],
  scope: Scope,
): Values {
  const values = new Map(scope.values);
  called.parameters.forEach(({ name, initializer }, index) => {
    const argument = given[index] ?? initializer;
    if (ts.isIdentifier(name)) values.set(name.text, argument ? render(argument, scope) : [""]);
  });
  return values;
}

function findSuperMessage(wording: ts.ConstructorDeclaration): ts.Expression | undefined {
  let message: ts.Expression | undefined;
  visit(wording, (node) => {
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.SuperKeyword)
      [message] = node.arguments;
  });
  return message;
}

/** The texts of an expression, one for each path through its conditions. */
function render(node: ts.Node, scope: Scope): string[] {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node))
    return render(node.expression, scope);
  if (ts.isIdentifier(node)) return [...(scope.values.get(node.text) ?? [gap])];
  if (ts.isConditionalExpression(node))
    return limitVariants([...render(node.whenTrue, scope), ...render(node.whenFalse, scope)]);
  if (ts.isBinaryExpression(node)) {
    const [left, right] = [node.left, node.right];
    if (node.operatorToken.kind === ts.SyntaxKind.PlusToken)
      return combine([render(left, scope), render(right, scope)]);
    if (node.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken)
      return limitVariants([...render(left, scope), ...render(right, scope)]);
  }
  if (ts.isTemplateExpression(node)) {
    const spans = node.templateSpans.flatMap(({ expression, literal }) => [
      render(expression, scope),
      [literal.text],
    ]);
    return combine([[node.head.text], ...spans]);
  }
  if (ts.isCallExpression(node)) return renderCall(node, scope);
  return [gap];
}

/** The texts that a call of a source function or the joining of a list returns. */
function renderCall(node: ts.CallExpression, scope: Scope): string[] {
  const name = getCalledName(node);
  if (name === "join" && ts.isPropertyAccessExpression(node.expression)) {
    const list = node.expression.expression;
    const [between] = node.arguments;
    if (!ts.isArrayLiteralExpression(list) || between === undefined) return [gap];
    const [comma = " "] = render(between, scope);
    const parts = list.elements.map((element) =>
      ts.isSpreadElement(element) ? [gap] : render(element, scope),
    );
    return combine(parts.flatMap((part, index) => (index === 0 ? [part] : [[comma], part])));
  }
  const called = scope.world.functions.get(name);
  if (called?.body === undefined || scope.depth === 0) return [gap];
  const inner = {
    ...scope,
    depth: scope.depth - 1,
    values: bind(called, [...node.arguments], scope),
  };
  const texts = findReturned(called).flatMap((result) => render(result, inner));
  return texts.some((text) => hasWords(tidy(text), 3)) ? limitVariants(texts) : [gap];
}

/** The expressions that a function returns. */
function findReturned(called: ts.FunctionLikeDeclaration): ts.Expression[] {
  if (called.body !== undefined && !ts.isBlock(called.body)) return [called.body];
  const results: ts.Expression[] = [];
  const look = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && node !== called) return;
    if (ts.isReturnStatement(node) && node.expression !== undefined) results.push(node.expression);
    ts.forEachChild(node, look);
  };
  look(called);
  return results;
}

function combine(parts: readonly (readonly string[])[]): string[] {
  return parts.reduce<string[]>(
    (texts, part) => limitVariants(texts.flatMap((text) => part.map((next) => text + next))),
    [""],
  );
}

function limitVariants(texts: readonly string[], most = mostVariants): string[] {
  return [...new Set(texts)].slice(0, most);
}

/** Texts that a file defines as constants for its messages. */
function readConstants(tree: ts.SourceFile, world: World): Values {
  const found = new Map<string, readonly string[]>();
  visit(tree, (node) => {
    if (!ts.isVariableDeclaration(node) || !ts.isIdentifier(node.name)) return;
    if (node.initializer === undefined) return;
    const texts = render(node.initializer, { world, values: found, depth: 2 });
    if (texts.some((text) => text.replaceAll(gap, "").trim() !== ""))
      found.set(node.name.text, texts);
  });
  return found;
}

/**
 * The error classes whose messages a person sees: Error, Pulumi's RunError, and their subclasses.
 */
function findErrorClasses(sources: readonly Source[]): World["errors"] {
  const found = new Map<string, ts.ConstructorDeclaration | undefined>([
    ["Error", undefined],
    ["RunError", undefined],
  ]);
  for (let before = 0; before < found.size; ) {
    before = found.size;
    for (const { tree } of sources) {
      visit(tree, (node) => {
        if (!ts.isClassDeclaration(node) || node.name === undefined) return;
        const parent = node.heritageClauses?.[0]?.types[0]?.expression.getText(tree) ?? "";
        if (!found.has(parent.split(".").at(-1) ?? "")) return;
        found.set(node.name.text, node.members.find(ts.isConstructorDeclaration));
      });
    }
  }
  return found;
}

function findSharedFunctions(sources: readonly Source[]): World["functions"] {
  const found = new Map<string, ts.FunctionLikeDeclaration>();
  const several = new Set<string>();
  for (const { tree } of sources) {
    for (const [name, declared] of findFunctions(tree)) {
      if (found.has(name)) several.add(name);
      found.set(name, declared);
    }
  }
  for (const name of several) found.delete(name);
  return found;
}

function findFunctions(tree: ts.SourceFile): World["functions"] {
  const found = new Map<string, ts.FunctionLikeDeclaration>();
  visit(tree, (node) => {
    if (!ts.isFunctionDeclaration(node) && !ts.isArrowFunction(node)) return;
    const name = getFunctionName(node);
    if (name !== undefined) found.set(name, node);
  });
  return found;
}

function getClassName(node: ts.NewExpression): string {
  return node.expression.getText().split(".").at(-1) ?? "";
}

function getCalledName(node: ts.CallExpression): string {
  return ts.isPropertyAccessExpression(node.expression)
    ? node.expression.name.text
    : node.expression.getText();
}

function findEnclosingFunction(node: ts.Node): ts.FunctionLikeDeclaration | undefined {
  let inner: ts.Node | undefined = node.parent;
  while (inner !== undefined && !ts.isFunctionDeclaration(inner) && !ts.isArrowFunction(inner))
    inner = inner.parent;
  return inner;
}

function getFunctionName(maker: ts.FunctionLikeDeclaration): string | undefined {
  if (ts.isFunctionDeclaration(maker)) return maker.name?.text;
  return ts.isVariableDeclaration(maker.parent) ? maker.parent.name.getText() : undefined;
}

function mentions(node: ts.Node, name: string): boolean {
  let found = false;
  visit(node, (inner) => {
    if (ts.isIdentifier(inner) && inner.text === name) found = true;
  });
  return found;
}

function visit(node: ts.Node, look: (node: ts.Node) => void): void {
  look(node);
  ts.forEachChild(node, (child) => visit(child, look));
}

function readSources(provider: string): Source[] {
  return readdirSync(provider, { recursive: true, encoding: "utf8" })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => file.endsWith(".ts") && !/^(dist|node_modules)\//.test(file))
    .sort()
    .map((file) => ({
      file,
      folder: file.includes("/") ? (file.split("/")[0] ?? "") : "",
      tree: ts.createSourceFile(
        file,
        readFileSync(join(provider, file), "utf8"),
        ts.ScriptTarget.Latest,
        true,
      ),
    }));
}

function locate(node: ts.Node, { file, tree }: Source): Unread {
  const { line } = tree.getLineAndCharacterOfPosition(node.getStart(tree));
  return { file, line: line + 1, source: node.getText(tree).slice(0, 120) };
}

const tidy = (text: string) =>
  text
    .replace(/…(\s*…)+/g, gap)
    .replace(/[ \t]+/g, " ")
    .trim();

function hasWords(text: string, least: number): boolean {
  return (text.replaceAll(gap, " ").match(/[A-Za-z]{2,}/g) ?? []).length >= least;
}

/** Removes messages that differ from another one only in gaps and punctuation. */
function dropShorter(messages: readonly Message[]): Message[] {
  const longest = new Map<string, Message>();
  for (const message of messages) {
    const words = `${message.folder} ${message.text.replace(/[^A-Za-z]+/g, " ").trim()}`;
    if (message.text.length > (longest.get(words)?.text.length ?? 0)) longest.set(words, message);
  }
  return [...longest.values()];
}

const compareMessages = (one: Message, other: Message) =>
  one.folder < other.folder ? -1 : one.folder > other.folder ? 1 : one.text < other.text ? -1 : 1;

/** The chapter for the messages of each folder, named after where a person sees them. */
const chapters: readonly (readonly [title: string, folders: readonly string[]])[] = [
  ["In the program", ["", "resources"]],
  ["At preview: arguments and plans", ["definitions", "engine", "access"]],
  ["On the way to Tailscale", ["api", "network"]],
  ["From the commands", ["cli", "state"]],
  ["From reviews and comments", ["review", "pull-request"]],
  ["From the policy pack", ["policy"]],
];

/** Prints docs/messages.md. A folder without a chapter gets its own. */
export function formatMessagesPage(messages: readonly Message[]): string {
  const placed = chapters.flatMap(([, folders]) => folders);
  const others = [...new Set(messages.map(({ folder }) => folder))].filter(
    (folder) => !placed.includes(folder),
  );
  const all = [
    ...chapters,
    ...others.map((folder) => [`From ${folder.replaceAll("-", " ")}`, [folder]] as const),
  ];
  return `# Messages

What does a message mean, and what do you do about it? This page lists every message of Tailscope.
Search for a few words of the message that you see. \`…\` stands for a name, a number or Tailscale's
own words. The page does not list messages of the Pulumi CLI.

Start with \`npx tailscope doctor\`. It finds most causes and says how to fix them.

${all
  .map(([title, folders]) =>
    formatChapter(
      title,
      messages.filter(({ folder }) => folders.includes(folder)),
    ),
  )
  .join("\n\n")}
`;
}

function formatChapter(title: string, messages: readonly Message[]): string {
  const texts = [...new Set(messages.map(({ text }) => text))].sort();
  return `## ${title}\n\n${texts.map(formatEntry).join("\n\n")}`;
}

function formatEntry(text: string): string {
  const lines = text.split("\n").map((line) => line.trim());
  // A message that begins with the text of another error is found by its own text.
  const [first = "", ...more] = lines.slice(
    Math.max(
      0,
      lines.findIndex((line) => hasWords(line, 1)),
    ),
  );
  const said = first.includes("`") ? `\`\` ${first} \`\`` : `\`${first}\``;
  return [`- ${said}`, ...more.filter(Boolean).map((line) => `  ${escapeMarkdown(line)}`)].join(
    "\n\n",
  );
}

/** Escapes text so that it contains no Markdown or HTML, except its own code. */
function escapeMarkdown(line: string): string {
  return line
    .split(/(`[^`]*`)/)
    .map((part, index) => (index % 2 === 1 ? part : part.replace(/[\\<>*_{}[\]#-]/g, "\\$&")))
    .join("");
}
