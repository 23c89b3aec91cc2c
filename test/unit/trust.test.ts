import { RunError } from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { trust } from "../../provider/index";

const github = "https://token.actions.githubusercontent.com";
const acme = { repository: "acme/infrastructure" };

test.each<[() => unknown, object]>([
  [
    () => trust.github({ ...acme, branch: "main" }),
    { issuer: github, subject: "repo:acme/infrastructure:ref:refs/heads/main" },
  ],
  [
    () => trust.github({ ...acme, branch: "release/*" }),
    { issuer: github, subject: "repo:acme/infrastructure:ref:refs/heads/release/*" },
  ],
  [
    () => trust.github({ ...acme, environment: "production" }),
    { issuer: github, subject: "repo:acme/infrastructure:environment:production" },
  ],
  [
    () => trust.github({ ...acme, tag: "v*" }),
    { issuer: github, subject: "repo:acme/infrastructure:ref:refs/tags/v*" },
  ],
  [
    () => trust.github({ ...acme, ownerId: 377396, repositoryId: 1344360654, branch: "main" }),
    { issuer: github, subject: "repo:acme@377396/infrastructure@1344360654:ref:refs/heads/main" },
  ],
  [
    () =>
      trust.github({
        ...acme,
        pullRequest: true,
        allowStrangers: "previews read nothing but names",
      }),
    { issuer: github, subject: "repo:acme/infrastructure:pull_request" },
  ],
  [
    () =>
      trust.github({
        repository: "acme/*",
        branch: "main",
        allowStrangers: "every repository of ours deploys",
      }),
    { issuer: github, subject: "repo:acme/*:ref:refs/heads/main" },
  ],
  [
    () => trust.gitlab({ project: "acme/platform/infrastructure", branch: "main" }),
    {
      issuer: "https://gitlab.com",
      subject: "project_path:acme/platform/infrastructure:ref_type:branch:ref:main",
    },
  ],
  [
    () =>
      trust.gitlab({
        project: "acme/infrastructure",
        tag: "v*",
        issuer: "https://gitlab.example.com",
      }),
    {
      issuer: "https://gitlab.example.com",
      subject: "project_path:acme/infrastructure:ref_type:tag:ref:v*",
    },
  ],
  [
    () =>
      trust.kubernetes({
        issuer: "https://cluster.example.com",
        namespace: "ci",
        serviceAccount: "runner",
      }),
    { issuer: "https://cluster.example.com", subject: "system:serviceaccount:ci:runner" },
  ],
  [
    () =>
      trust.generic({
        issuer: "https://i.example.com",
        subject: "team:*",
        claims: { env: "prod" },
      }),
    { issuer: "https://i.example.com", subject: "team:*", customClaimRules: { env: "prod" } },
  ],
  [
    () =>
      trust.gitlab({
        project: "acme/*",
        branch: "main",
        allowStrangers: "every project of ours deploys",
      }),
    { issuer: "https://gitlab.com", subject: "project_path:acme/*:ref_type:branch:ref:main" },
  ],
  [
    () =>
      trust.kubernetes({
        issuer: "https://c.example.com",
        namespace: "a",
        serviceAccount: "x.y-1",
      }),
    { issuer: "https://c.example.com", subject: "system:serviceaccount:a:x.y-1" },
  ],
  [
    () =>
      trust.kubernetes({
        issuer: "https://c.example.com",
        namespace: "ci",
        serviceAccount: "*",
        allowStrangers: "all of ci",
      }),
    { issuer: "https://c.example.com", subject: "system:serviceaccount:ci:*" },
  ],
  [
    () => trust.generic({ issuer: "https://i.example.com", subject: "team/*" }),
    { issuer: "https://i.example.com", subject: "team/*" },
  ],
])("%s trusts %j", (make, expected) => {
  expect(make()).toEqual(expected);
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
  [
    () => trust.github({ ...acme, pullRequest: true }),
    "trust.github: pullRequest: trusts the runs of pull requests, and anybody can open one from a fork",
  ],
  [
    () => trust.github({ ...acme, pullRequest: true, allowStrangers: " " }),
    "anybody can open one from a fork",
  ],
  [
    () => trust.github(acme),
    "trust.github: branch | environment | tag | pullRequest: give one of these",
  ],
  [() => trust.github({ ...acme, branch: "main", tag: "v1" }), "not branch and tag"],
  [
    () => trust.github({ repository: "acme", branch: "main" }),
    '"acme" is no repository: write "OWNER/REPOSITORY"',
  ],
  [
    () => trust.github({ repository: "acme/x:y", branch: "main" }),
    "has a character that no repository's name has",
  ],
  [
    () => trust.github({ ...acme, branch: "main:environment:prod" }),
    '"main:environment:prod" is no name of one',
  ],
  [
    () => trust.github({ ...acme, ownerId: 1, branch: "main" }),
    "trust.github: repositoryId: is missing",
  ],
  [
    () => trust.github({ ...acme, repositoryId: 1, branch: "main" }),
    "trust.github: ownerId: is missing",
  ],
  [
    () => trust.github({ repository: "a/b/c", branch: "main" }),
    'trust.github: repository: "a/b/c" is no repository: write "OWNER/REPOSITORY".',
  ],
  [() => trust.github({ repository: "a@1/b", branch: "main" }), "trust.github: repository: "],
  [() => trust.github({ ...acme, branch: "" }), 'trust.github: branch: "" is no name of one'],
  [() => trust.github({ ...acme, branch: "a b" }), 'trust.github: branch: "a b" is no name of one'],
  [
    () => trust.github(acme),
    "trust.github: branch | environment | tag | pullRequest: give one of these, so that it is clear whose runs are trusted.",
  ],
  [() => trust.gitlab({ project: "acme", branch: "main" }), 'write "GROUP/PROJECT"'],
  [
    () => trust.gitlab({ project: "*/x", branch: "main" }),
    'trust.gitlab: project: "*/x" trusts projects that do not exist yet, whoever makes them.',
  ],
  [
    () => trust.gitlab({ project: "a/b:c", branch: "main" }),
    'trust.gitlab: project: "a/b:c" is no project',
  ],
  [
    () => trust.gitlab({ project: ":a/b", branch: "main" }),
    'trust.gitlab: project: ":a/b" is no project',
  ],
  [
    () => trust.gitlab({ project: "a/b/", branch: "main" }),
    'trust.gitlab: project: "a/b/" is no project',
  ],
  [() => trust.gitlab({ project: "a/b" }), "trust.gitlab: branch | tag: give one of these"],
  [
    () =>
      trust.kubernetes({ issuer: "https://i.example.com", namespace: "*", serviceAccount: "x" }),
    'trust.kubernetes: namespace: "*" trusts whoever may make one of that name in the cluster.',
  ],
  [
    () =>
      trust.kubernetes({ issuer: "https://i.example.com", namespace: "A_b", serviceAccount: "x" }),
    "is no Kubernetes name",
  ],
  [
    () =>
      trust.kubernetes({ issuer: "https://i.example.com", namespace: "ci", serviceAccount: "a-" }),
    'trust.kubernetes: serviceAccount: "a-" is no Kubernetes name',
  ],
  [
    () => trust.generic({ issuer: "https://i.example.com", subject: "*" }),
    'trust.generic: subject: "*" has a * before anything that says whose token it is.',
  ],
  [
    () => trust.generic({ issuer: "https://i.example.com", subject: "te*m:x" }),
    "has a * before anything",
  ],
])("what lets a stranger in, or says nothing, is refused: %s", (make, message) => {
  expect(make).toThrow(message);
  expect(make).toThrow(RunError);
});
