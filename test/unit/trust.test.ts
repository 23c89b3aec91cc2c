import * as pulumi from "@pulumi/pulumi";
import { RunError } from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { ArgumentError, RotatingOAuthClient, trust } from "../../provider/index";

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
        allowStrangers: "the issuer is our own",
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
    () => trust.generic({ issuer: "https://i.example.com", subject: "team/me" }),
    { issuer: "https://i.example.com", subject: "team/me" },
  ],
  [
    () => trust.generic({ issuer: github, subject: "*", claims: { repository_owner: "acme" } }),
    { issuer: github, subject: "*", customClaimRules: { repository_owner: "acme" } },
  ],
  [
    () =>
      trust.generic({
        issuer: "https://i.example.com",
        subject: "me",
        claims: { "user.name": "ci", '"open.id".username': "ci" },
      }),
    {
      issuer: "https://i.example.com",
      subject: "me",
      customClaimRules: { "user.name": "ci", '"open.id".username': "ci" },
    },
  ],
  [
    () => trust.github({ ...acme, branch: "main", enterprise: "acme-inc" }),
    { issuer: `${github}/acme-inc`, subject: "repo:acme/infrastructure:ref:refs/heads/main" },
  ],
  [
    () =>
      trust.github({ ...acme, branch: "main", host: "Acme.ghe.com", ownerId: 1, repositoryId: 2 }),
    {
      issuer: "https://token.actions.acme.ghe.com",
      subject: "repo:acme@1/infrastructure@2:ref:refs/heads/main",
    },
  ],
  [
    () => trust.github({ ...acme, branch: "main", host: "acme.ghe.com", enterprise: "acme" }),
    {
      issuer: "https://token.actions.acme.ghe.com/acme",
      subject: "repo:acme/infrastructure:ref:refs/heads/main",
    },
  ],
  [
    () => trust.github({ ...acme, branch: "main", host: "github.example.com" }),
    {
      issuer: "https://github.example.com/_services/token",
      subject: "repo:acme/infrastructure:ref:refs/heads/main",
    },
  ],
  [
    () => trust.github({ ...acme, environment: "Production EU:1" }),
    { issuer: github, subject: "repo:acme/infrastructure:environment:Production EU%3A1" },
  ],
])("%s trusts %j", (make, expected) => {
  expect(make()).toEqual(expected);
});

test.each<[() => unknown, string]>([
  [
    () => trust.github({ repository: "*/*", branch: "main" }),
    'trust.github: repository: "*/*" also trusts repositories that do not exist yet',
  ],
  [() => trust.github({ repository: "acme*/x", branch: "main" }), "no matter who creates them"],
  [
    () => trust.github({ repository: `acme/${pulumi.output("x")}`, branch: "main" }),
    "trust.github: repository: trust takes plain texts, not an Output. Make it where the value is known: output.apply((value) => trust.github({ … }))",
  ],
  [
    // What a program in JavaScript may write.
    () => trust.gitlab({ project: pulumi.output("acme/x") as never, branch: "main" }),
    "trust.gitlab: project: trust takes plain texts, not an Output",
  ],
  [
    () => trust.github({ repository: "acme/*", branch: "main" }),
    'Name it exactly, or give the reason for trusting strangers: allowStrangers: "…"',
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
    '"acme" is not a repository: write "OWNER/REPOSITORY"',
  ],
  [
    () => trust.github({ repository: "acme/x:y", branch: "main" }),
    "has a character that no repository's name has",
  ],
  [
    () => trust.github({ ...acme, branch: "main:environment:prod" }),
    '"main:environment:prod" is not a valid name',
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
    'trust.github: repository: "a/b/c" is not a repository: write "OWNER/REPOSITORY".',
  ],
  [() => trust.github({ repository: "a@1/b", branch: "main" }), "trust.github: repository: "],
  [() => trust.github({ ...acme, branch: "" }), 'trust.github: branch: "" is not a valid name'],
  [
    () => trust.github({ ...acme, branch: "a b" }),
    'trust.github: branch: "a b" is not a valid name',
  ],
  [
    () => trust.github(acme),
    "trust.github: branch | environment | tag | pullRequest: give one of these, so that it is clear whose runs are trusted.",
  ],
  [() => trust.gitlab({ project: "acme", branch: "main" }), 'write "GROUP/PROJECT"'],
  [
    () => trust.gitlab({ project: "*/x", branch: "main" }),
    'trust.gitlab: project: "*/x" also trusts projects that do not exist yet, no matter who creates them.',
  ],
  [
    () => trust.gitlab({ project: "a/b:c", branch: "main" }),
    'trust.gitlab: project: "a/b:c" is not a project',
  ],
  [
    () => trust.gitlab({ project: ":a/b", branch: "main" }),
    'trust.gitlab: project: ":a/b" is not a project',
  ],
  [
    () => trust.gitlab({ project: "a/b/", branch: "main" }),
    'trust.gitlab: project: "a/b/" is not a project',
  ],
  [() => trust.gitlab({ project: "a/b" }), "trust.gitlab: branch | tag: give one of these"],
  [
    () =>
      trust.kubernetes({ issuer: "https://i.example.com", namespace: "*", serviceAccount: "x" }),
    'trust.kubernetes: namespace: "*" trusts everybody who can create one with a matching name in the cluster.',
  ],
  [
    () =>
      trust.kubernetes({ issuer: "https://i.example.com", namespace: "A_b", serviceAccount: "x" }),
    "is not a Kubernetes name",
  ],
  [
    () =>
      trust.kubernetes({ issuer: "https://i.example.com", namespace: "ci", serviceAccount: "a-" }),
    'trust.kubernetes: serviceAccount: "a-" is not a Kubernetes name',
  ],
  [
    () => trust.github({ ...acme, branch: "main", ownerId: 1.5, repositoryId: 2 }),
    "trust.github: ownerId: 1.5 is not an id of GitHub. `gh api repos/OWNER/REPOSITORY",
  ],
  [
    () => trust.github({ ...acme, branch: "main", ownerId: 1, repositoryId: 0 }),
    "trust.github: repositoryId: 0 is not an id of GitHub.",
  ],
  [
    () => trust.github({ ...acme, branch: "main", ownerId: -1, repositoryId: 2 }),
    "trust.github: ownerId: -1 is not an id of GitHub.",
  ],
  [
    () => trust.github({ ...acme, branch: "main", ownerId: Number.NaN, repositoryId: 2 }),
    "trust.github: ownerId: null is not an id of GitHub.",
  ],
  [
    () =>
      trust.github({
        ...acme,
        branch: "main",
        ownerId: 1,
        repositoryId: 2,
        host: "git.example.com",
      }),
    "trust.github: ownerId: leave out both ids: a GitHub Enterprise Server gives no immutable subjects.",
  ],
  [
    () => trust.github({ ...acme, branch: "main", host: "https://github.example.com" }),
    'trust.github: host: "https://github.example.com" is not the name of a host: write it like "github.example.com".',
  ],
  [
    () => trust.github({ ...acme, branch: "main", host: "github.example.com/_services/token" }),
    "is not the name of a host",
  ],
  [() => trust.github({ ...acme, branch: "main", host: "me@example.com" }), "trust.github: host: "],
  [
    () => trust.github({ ...acme, branch: "main", host: "github.example.com", enterprise: "acme" }),
    "trust.github: enterprise: leave it out: a GitHub Enterprise Server has one issuer, for all its repositories.",
  ],
  [
    () => trust.github({ ...acme, branch: "main", enterprise: "acme/../x" }),
    'trust.github: enterprise: "acme/../x" is not the slug of an enterprise',
  ],
  [
    () => trust.github({ ...acme, branch: "refs/heads/main" }),
    'trust.github: branch: leave out refs/heads/ and write "main".',
  ],
  [
    () => trust.github({ ...acme, tag: "refs/tags/v*" }),
    'trust.github: tag: leave out refs/tags/ and write "v*".',
  ],
  [() => trust.github({ ...acme, branch: "a..b" }), '"a..b" is not a valid name'],
  [() => trust.github({ ...acme, environment: " prod" }), '" prod" is not a valid name'],
  [
    () => trust.github({ repository: "acme/app.git", branch: "main" }),
    'trust.github: repository: leave out the .git: "acme/app".',
  ],
  [
    () => trust.github({ repository: "\u0430cme/app", branch: "main" }),
    "has a character that no repository's name has",
  ],
  [
    () => trust.github({ repository: " acme/app", branch: "main" }),
    "has a character that no repository's name has",
  ],
  [
    () => trust.github({ ...acme, environment: "prod\u200buction" }),
    "trust.github: subject: has characters that nobody can see: leave out U+200B.",
  ],
  [
    () => trust.gitlab({ project: "acme/app", branch: "refs/heads/main" }),
    'trust.gitlab: branch: leave out refs/heads/ and write "main".',
  ],
  [() => trust.gitlab({ project: "acme /app", branch: "main" }), "is not a project"],
  [
    () => trust.generic({ issuer: "https://i.example.com", subject: "*" }),
    'trust.generic: subject: "*" has a * before anything that says whose token it is.',
  ],
  [
    () => trust.generic({ issuer: "https://i.example.com", subject: "te*m:x" }),
    "has a * before anything",
  ],
  [
    () => trust.generic({ issuer: "https://i.example.com", subject: "team:me:*" }),
    'trust.generic: subject: "team:me:*" has a *, and where i.example.com says whose token it is is not known',
  ],
  [
    () => trust.generic({ issuer: github, subject: "repo:acme*/app:ref:refs/heads/main" }),
    'trust.generic: subject: "repo:acme*/app:ref:refs/heads/main" has a * where it says whose token it is',
  ],
  [
    () => trust.generic({ issuer: github, subject: "environment:production" }),
    'trust.generic: subject: "environment:production" does not say whose token it is',
  ],
  [
    () => trust.generic({ issuer: "https://gitlab.com", subject: "project_path:*:ref_type:*" }),
    "has a * where it says whose token it is",
  ],
  [
    () =>
      trust.generic({
        issuer: github,
        subject: "repo:acme:ref:refs/heads/main",
        allowStrangers: "no reason helps",
      }),
    'trust.generic: subject: "repo:acme:ref:refs/heads/main" is not one that GitHub Actions ever gives. Write it like "repo:acme/infrastructure:ref:refs/heads/main"',
  ],
  [
    () =>
      trust.generic({
        issuer: "https://i.example.com",
        subject: " me",
        allowStrangers: "none helps",
      }),
    'trust.generic: subject: " me" starts or ends with a space, and no subject does.',
  ],
  [
    () =>
      trust.generic({
        issuer: "https://i.example.com",
        subject: "me\u0000",
        allowStrangers: "none helps",
      }),
    "trust.generic: subject: has characters that nobody can see: leave out U+0000.",
  ],
  [
    () =>
      trust.generic({
        issuer: "https://i.example.com",
        subject: "me",
        claims: { "r\u00adef": "x" },
      }),
    "trust.generic: claims: has characters that nobody can see: leave out U+00AD.",
  ],
])("trust that lets a stranger in, or names nobody, is refused: %s", (make, message) => {
  expect(make).toThrow(message);
  expect(make).toThrow(RunError);
});

test("a program can read which argument of which function is wrong", () => {
  const caught = (work: () => unknown) => {
    try {
      work();
    } catch (error) {
      if (error instanceof ArgumentError) return { of: error.of, argument: error.argument };
      throw error;
    }
    throw new Error("nothing was thrown");
  };
  expect(caught(() => trust.github({ ...acme, branch: "refs/heads/main" }))).toEqual({
    of: "trust.github",
    argument: "branch",
  });
  expect(caught(() => trust.gitlab({ project: "acme/app" }))).toEqual({
    of: "trust.gitlab",
    argument: "branch | tag",
  });
  expect(
    caught(() => new RotatingOAuthClient("exporter", { every: "soon", scopes: ["dns"] })),
  ).toEqual({ of: "exporter", argument: "every" });
  // Pulumi prints such an error without its stack.
  expect(new ArgumentError("a", "b", "c")).toBeInstanceOf(RunError);
});
