/**
 * Conditions on the source machine of a rule.
 * Source: https://tailscale.com/kb/1288/device-posture
 */

import type { PostureCondition, PostureOperator, PostureValue } from "./model";

/**
 * The known attributes of a machine: `node:os`, `custom:tier`, … A missing attribute fails every
 * condition.
 */
export type Attributes = ReadonlyMap<string, PostureValue>;

const attributeForm = /^([A-Za-z][A-Za-z0-9_-]*:[A-Za-z0-9_.-]+)/;

const operatorForm = /^(==|!=|<=|>=|<|>|NOT\s+IN\b|IN\b|IS\s+SET\b|NOT\s+SET\b)/i;

/** Parses a condition (`node:os == 'macos'`), or returns undefined. */
export function parseCondition(text: string): PostureCondition | undefined {
  const [attribute] = attributeForm.exec(text.trim()) ?? [];
  if (attribute === undefined) return undefined;
  const test = text.trim().slice(attribute.length).trim();
  // `node:tsAutoUpdate`
  if (test === "") return { text, attribute, operator: "==", values: [true] };
  const [written] = operatorForm.exec(test) ?? [];
  if (written === undefined) return undefined;
  const operator = written.toUpperCase().replace(/\s+/, " ") as PostureOperator; // as the form has them
  const rest = test.slice(written.length).trim();
  const values = parseOperand(operator, rest);
  // We do not evaluate whether an address is in a set.
  if (values === undefined || values.some((value) => String(value).startsWith("ipset:")))
    return undefined;
  return { text, attribute, operator, values };
}

function parseOperand(
  operator: PostureOperator,
  text: string,
): readonly PostureValue[] | undefined {
  if (operator === "IS SET" || operator === "NOT SET") return text === "" ? [] : undefined;
  if (operator !== "IN" && operator !== "NOT IN") {
    const value = parseValue(text);
    return value === undefined ? undefined : [value];
  }
  const [, list] = /^\[(.*)\]$/s.exec(text) ?? [];
  if (list === undefined) return undefined;
  const values: PostureValue[] = [];
  for (let rest = list.trim(); rest !== ""; ) {
    const [item] = itemForm.exec(rest) ?? [];
    const value = item === undefined ? undefined : parseValue(item.trim());
    if (item === undefined || value === undefined) return undefined;
    values.push(value);
    rest = rest.slice(item.length).trimStart();
    if (rest !== "" && !rest.startsWith(",")) return undefined;
    rest = rest.slice(1).trimStart();
  }
  return values.length > 0 ? values : undefined;
}

const itemForm = /^(?:'[^']*'|"[^"]*"|[^,'"]+)/;

function parseValue(text: string): PostureValue | undefined {
  const [, quoted] = /^'([^']*)'$/.exec(text) ?? /^"([^"]*)"$/.exec(text) ?? [];
  if (quoted !== undefined) return quoted;
  if (text === "true" || text === "false") return text === "true";
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

export function meetsCondition(condition: PostureCondition, attributes: Attributes): boolean {
  const { attribute, operator, values } = condition;
  const actual = attributes.get(attribute);
  if (operator === "NOT SET") return actual === undefined;
  if (actual === undefined) return false;
  switch (operator) {
    case "IS SET":
      return true;
    case "IN":
      return values.some((value) => compareValues(actual, value) === 0);
    case "NOT IN":
      return values.every((value) => compareValues(actual, value) !== 0);
  }
  const [value = ""] = values;
  const order = compareValues(actual, value);
  switch (operator) {
    case "==":
      return order === 0;
    case "!=":
      return order !== 0;
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
  }
}

/** Compares versions by their numbers, `1.10` after `1.9`, and everything else as text. */
function compareValues(left: PostureValue, right: PostureValue): number {
  const numbers = [left, right].map((value) => /^v?(\d+(?:\.\d+)*)$/.exec(String(value))?.[1]);
  const [one, other] = numbers.map((text) => text?.split(".").map(Number));
  if (one === undefined || other === undefined)
    return String(left) === String(right) ? 0 : String(left) < String(right) ? -1 : 1;
  for (let at = 0; at < Math.max(one.length, other.length); at++) {
    const difference = (one[at] ?? 0) - (other[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
