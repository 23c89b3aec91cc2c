/**
 * GitHub's subjects in two forms: `repo:OWNER/REPO:…`, and the immutable one with ids,
 * `repo:OWNER@1/REPO@2:…`. Some users report that Tailscale rewrites the first form to the second;
 * others have identities that were not rewritten (2026): `fact: github-subject-rewrite`.
 */

import { createHash } from "node:crypto";

const githubIssuer = "https://token.actions.githubusercontent.com";

/**
 * The subject in the form with ids. The ids are derived from the names, so that the same name
 * always has the same id.
 */
export function toImmutableGithubSubject(issuer: string, subject: string): string {
  if (issuer !== githubIssuer) return subject;
  return subject.replace(
    /^repo:([^/:@*]+)\/([^/:@*]+)(?=:)/,
    (_, owner: string, repository: string) => {
      return `repo:${owner}@${computeId(owner)}/${repository}@${computeId(`${owner}/${repository}`)}`;
    },
  );
}

function computeId(name: string): number {
  return createHash("sha256").update(name).digest().readUInt32BE(0);
}
