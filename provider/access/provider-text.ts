/**
 * The code of the provider that the engine stores with every resource. It only names the class
 * and must never change, because every later release reads, refreshes and deletes today's state
 * through it.
 */
export function formatProviderText(type: string): string {
  return `exports.handler=()=>require("tailscope").${type}.provider`;
}
