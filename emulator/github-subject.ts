/**
 * GitHub's subjects in two forms: `repo:OWNER/REPO:…`, and the immutable one with ids, `repo:OWNER@1/REPO@2:…`, to which
 * Tailscale rewrites the first (reported by users of federated identities, 2026).
 */

import { createHash } from "node:crypto";

const githubIssuer = "https://token.actions.githubusercontent.com";

/** The subject as Tailscale keeps it. Here the ids are made from the names, so that the same name always has the same id. */
export function immutableGithubSubject(issuer: string, subject: string): string {
  if (issuer !== githubIssuer) return subject;
  return subject.replace(
    /^repo:([^/:@*]+)\/([^/:@*]+)(?=:)/,
    (_, owner: string, repository: string) => {
      return `repo:${owner}@${idOf(owner)}/${repository}@${idOf(`${owner}/${repository}`)}`;
    },
  );
}

/** The subject without ids, as repositories made before July 2026 say it. */
export function classicGithubSubject(subject: string): string {
  return subject.replace(/^repo:([^/:@*]+)@\d+\/([^/:@*]+)@\d+(?=:)/, "repo:$1/$2");
}

function idOf(name: string): number {
  return createHash("sha256").update(name).digest().readUInt32BE(0);
}
