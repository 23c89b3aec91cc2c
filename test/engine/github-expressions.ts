/**
 * Expressions of GitHub Actions, as far as the examples use them.
 * Source: https://docs.github.com/en/actions/reference/workflows-and-actions/expressions
 */

type Value = unknown;

export interface Contexts {
  readonly [name: string]: Value;
}

export type Functions = Readonly<Record<string, (...args: Value[]) => Value>>;

const token = /\s*(?:'((?:[^']|'')*)'|([\w-]+(?:\.[\w-]+|\[\d+\])*)|(&&|\|\||==|!=|[!(),]))/y;

/**
 * What an expression without its `${{ }}` gives. A name that is nowhere is `undefined`, as GitHub's
 * null.
 */
export function evaluated(text: string, contexts: Contexts, functions: Functions): Value {
  const tokens: { text?: string; name?: string; sign?: string }[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < text.trimEnd().length) {
    const found = token.exec(text);
    if (found === null)
      throw new Error(`The expression ${JSON.stringify(text)} is not known here.`);
    const [, literal, name, sign] = found;
    if (literal !== undefined) tokens.push({ text: literal.replaceAll("''", "'") });
    else if (name !== undefined) tokens.push({ name });
    else if (sign !== undefined) tokens.push({ sign });
  }
  let at = 0;
  const takes = (sign: string) => tokens[at]?.sign === sign && ++at > 0;

  function either(): Value {
    let left = both();
    while (takes("||")) {
      const right = both();
      left = left || right;
    }
    return left;
  }
  function both(): Value {
    let left = compared();
    while (takes("&&")) {
      const right = compared();
      left = left && right;
    }
    return left;
  }
  function compared(): Value {
    const left = single();
    if (takes("==")) return same(left, single());
    if (takes("!=")) return !same(left, single());
    return left;
  }
  function single(): Value {
    if (takes("!")) return !single();
    if (takes("(")) {
      const inner = either();
      if (!takes(")")) throw new Error(`A bracket is open in ${JSON.stringify(text)}.`);
      return inner;
    }
    const next = tokens[at++];
    if (next?.text !== undefined) return next.text;
    if (next?.name === undefined) throw new Error(`${JSON.stringify(text)} ends too soon.`);
    if (!takes("(")) return looked(next.name, contexts);
    const args: Value[] = [];
    while (!takes(")")) {
      args.push(either());
      takes(",");
    }
    const called = functions[next.name];
    if (called === undefined) throw new Error(`There is no function ${next.name} here.`);
    return called(...args);
  }

  const result = either();
  if (at !== tokens.length) throw new Error(`${JSON.stringify(text)} goes on too long.`);
  return result;
}

/** A text with all its `${{ }}` filled in. */
export function filled(text: string, contexts: Contexts, functions: Functions): string {
  return text.replace(/\$\{\{(.*?)\}\}/gs, (_, expression: string) => {
    const value = evaluated(expression, contexts, functions);
    return value === undefined || value === null ? "" : String(value);
  });
}

function looked(path: string, contexts: Contexts): Value {
  if (/^\d+$/.test(path)) return Number(path);
  if (path === "true" || path === "false") return path === "true";
  return path
    .split(/[.[\]]+/)
    .filter(Boolean)
    .reduce<Value>(
      (value, key) =>
        typeof value === "object" && value !== null && Object.hasOwn(value, key)
          ? (value as Record<string, Value>)[key] // Any object has members by name.
          : undefined,
      contexts,
    );
}

/** GitHub compares texts without regard to case. */
function same(one: Value, other: Value): boolean {
  return typeof one === "string" && typeof other === "string"
    ? one.toLowerCase() === other.toLowerCase()
    : one === other;
}
