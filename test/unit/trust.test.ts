import { expect, test } from "vitest";
import { trust } from "../../provider/index";

const github = "https://token.actions.githubusercontent.com";
const acme = { repository: "acme/infrastructure" };

test.each([
  [trust.github({ ...acme, branch: "main" }), { issuer: github, subject: "repo:acme/infrastructure:ref:refs/heads/main" }],
  [
    trust.github({ ...acme, branch: "release/*" }),
    { issuer: github, subject: "repo:acme/infrastructure:ref:refs/heads/release/*" },
  ],
  [
    trust.github({ ...acme, environment: "production" }),
    { issuer: github, subject: "repo:acme/infrastructure:environment:production" },
  ],
  [trust.github({ ...acme, tag: "v*" }), { issuer: github, subject: "repo:acme/infrastructure:ref:refs/tags/v*" }],
  [
    trust.github({ ...acme, ownerId: 377396, repositoryId: 1344360654, branch: "main" }),
    { issuer: github, subject: "repo:acme@377396/infrastructure@1344360654:ref:refs/heads/main" },
  ],
  [
    trust.github({ ...acme, pullRequest: true, allowStrangers: "previews read nothing but names" }),
    { issuer: github, subject: "repo:acme/infrastructure:pull_request" },
  ],
  [
    trust.github({ repository: "acme/*", branch: "main", allowStrangers: "every repository of ours deploys" }),
    { issuer: github, subject: "repo:acme/*:ref:refs/heads/main" },
  ],
  [
    trust.gitlab({ project: "acme/platform/infrastructure", branch: "main" }),
    { issuer: "https://gitlab.com", subject: "project_path:acme/platform/infrastructure:ref_type:branch:ref:main" },
  ],
  [
    trust.gitlab({ project: "acme/infrastructure", tag: "v*", issuer: "https://gitlab.example.com" }),
    { issuer: "https://gitlab.example.com", subject: "project_path:acme/infrastructure:ref_type:tag:ref:v*" },
  ],
  [
    trust.kubernetes({ issuer: "https://cluster.example.com", namespace: "ci", serviceAccount: "runner" }),
    { issuer: "https://cluster.example.com", subject: "system:serviceaccount:ci:runner" },
  ],
  [
    trust.generic({ issuer: "https://i.example.com", subject: "team:*", claims: { env: "prod" } }),
    { issuer: "https://i.example.com", subject: "team:*", customClaimRules: { env: "prod" } },
  ],
])("%j", (made, expected) => {
  expect(made).toEqual(expected);
});

test.each<[() => unknown, string]>([
  [
    () => trust.github({ repository: "*/*", branch: "main" }),
    'trust.github: repository: "*/*" trusts repositories that do not exist yet',
  ],
  [() => trust.github({ repository: "acme*/x", branch: "main" }), "whoever makes them"],
  [
    () => trust.github({ repository: "acme/*", branch: "main" }),
    'Name it exactly, or write down why that is right: allowStrangers: "…"',
  ],
  [() => trust.github({ ...acme, pullRequest: true }), "anybody can open one from a fork"],
  [() => trust.github({ ...acme, pullRequest: true, allowStrangers: " " }), "anybody can open one from a fork"],
  [() => trust.github(acme), "trust.github: branch | environment | tag | pullRequest: give one of these"],
  [() => trust.github({ ...acme, branch: "main", tag: "v1" }), "not branch and tag"],
  [() => trust.github({ repository: "acme", branch: "main" }), '"acme" is no repository: write "OWNER/REPOSITORY"'],
  [() => trust.github({ repository: "acme/x:y", branch: "main" }), "has a character that no repository's name has"],
  [() => trust.github({ ...acme, branch: "main:environment:prod" }), '"main:environment:prod" is no name of one'],
  [() => trust.github({ ...acme, ownerId: 1, branch: "main" }), "repositoryId: is missing"],
  [() => trust.gitlab({ project: "acme", branch: "main" }), 'write "GROUP/PROJECT"'],
  [() => trust.gitlab({ project: "*/x", branch: "main" }), "trusts projects that do not exist yet"],
  [
    () => trust.kubernetes({ issuer: "https://i.example.com", namespace: "*", serviceAccount: "x" }),
    "trusts whoever may make one",
  ],
  [() => trust.kubernetes({ issuer: "https://i.example.com", namespace: "A_b", serviceAccount: "x" }), "is no Kubernetes name"],
  [() => trust.generic({ issuer: "https://i.example.com", subject: "*" }), "has a * before anything that says whose token it is"],
  [() => trust.generic({ issuer: "https://i.example.com", subject: "te*m:x" }), "has a * before anything"],
])("what lets a stranger in, or says nothing, is refused: %s", (make, message) => {
  expect(make).toThrow(message);
});
