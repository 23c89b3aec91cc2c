/** Escapes text from a preview for our HTML. */

import { sanitize } from "../../access/sanitize";

const references: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Escapes text for an element or an attribute. */
export function escapeHtml(text: string): string {
  return sanitize(text).replace(/[&<>"']/g, (sign) => references[sign] ?? sign);
}
