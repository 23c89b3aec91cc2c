/**
 * The provider as it is stored with every resource. It names the class and nothing else, so that it
 * never changes: state written today is read, refreshed and deleted through this text by every
 * later release.
 */
export function formatProviderText(type: string): string {
  return `exports.handler=()=>require("tailscope").${type}.provider`;
}
