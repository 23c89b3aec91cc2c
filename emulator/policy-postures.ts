/** Whether attributes meet a posture. Source: https://tailscale.com/kb/1288/device-posture */

import type { Policy, PolicyTest } from "./policy-shape.js";

type Attributes = PolicyTest["srcPostureAttrs"];

/** All conditions of the posture; a missing attribute fails each but `NOT SET`. */
export function meetsPosture({ postures }: Policy, name: string, attributes: Attributes): boolean {
  const conditions = Object.hasOwn(postures, name.trim()) ? postures[name.trim()] : undefined;
  return conditions?.every((condition) => meets(condition.trim(), attributes)) ?? false;
}

function meets(condition: string, attributes: Attributes): boolean {
  // `node:tsAutoUpdate`
  if (/^[\w-]+:[\w.-]+$/.test(condition))
    return Object.hasOwn(attributes, condition) && String(attributes[condition]) === "true";
  const [, name = "", operator = "", operand = ""] =
    /^(\S+?)\s*(==|!=|<=|>=|<|>|\sNOT IN|\sIN|\sIS SET|\sNOT SET)\s*(.*)$/s.exec(condition) ?? [];
  const value = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
  const word = operator.trim();
  if (word === "NOT SET") return value === undefined;
  if (value === undefined) return false;
  if (word === "IS SET") return true;
  const [first = "", ...others] = [...operand.matchAll(/'([^']*)'|"([^"]*)"|[^\s,[\]]+/g)].map(
    ([all, single, double]) => single ?? double ?? all,
  );
  const values = [first, ...others];
  const order = compareVersions(String(value), first);
  switch (word) {
    case "IN":
      return values.includes(String(value));
    case "NOT IN":
      return !values.includes(String(value));
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
    default:
      return false;
  }
}

function compareVersions(one: string, other: string): number {
  return one.localeCompare(other, "en", { numeric: true });
}
