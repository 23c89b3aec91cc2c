/** Previews as `pulumi preview --json` prints them, of as many changes as wanted. */

/** Indented, with a stack trace at each resource: most of it is of no use to a review. */
export function createPreview(changes: number): string {
  const type = "pulumi-nodejs:dynamic/tailscope:OAuthClient";
  const __provider = 'exports.handler=()=>require("tailscope").OAuthClient.provider';
  const steps = Array.from({ length: changes }, (_, index) => ({
    op: "update",
    urn: `urn:pulumi:dev::bench::${type}::client-${index}`,
    oldState: {
      type,
      inputs: { scopes: ["dns:read"], __provider },
      outputs: {
        __provider,
        scopes: ["dns:read"],
        tags: ["tag:ci"],
        clientSecret: "[secret]",
        createdAt: "2026-01-01T00:00:00Z",
      },
      stackTrace: Array(12).fill({ sourcePosition: "project:///node_modules/x/y.js#1,1" }),
    },
    newState: {
      type,
      inputs: { scopes: ["dns:read", "auth_keys"], tags: ["tag:ci"], __provider },
      stackTrace: Array(12).fill({ sourcePosition: "project:///index.ts#1,1" }),
    },
    detailedDiff: null,
  }));
  return JSON.stringify({ steps, changeSummary: { update: changes } }, undefined, 4);
}
