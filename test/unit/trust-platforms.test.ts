/**
 * Each platform of the table: subjects that name their owner, that anybody can have, and that
 * nobody can.
 */

import { describe, expect, test } from "vitest";
import { platforms } from "../../provider/access/platforms";
import { judgeTrust } from "../../provider/access/trusted";

interface Row {
  readonly issuers: readonly string[];
  readonly owner: readonly string[];
  readonly strangers: readonly string[];
  readonly nobody: readonly string[];
}

const id = "0123abcd-0123-4567-89ab-0123456789ab";

const rows: Readonly<Record<string, Row>> = {
  "GitHub Actions": {
    issuers: [
      "https://token.actions.githubusercontent.com",
      "https://TOKEN.actions.githubusercontent.com/",
      "https://token.actions.githubusercontent.com/acme-inc",
      "https://token.actions.acme.ghe.com",
      "https://token.actions.acme.ghe.com/acme",
    ],
    owner: [
      "repo:acme/app:ref:refs/heads/main",
      "repo:acme/app:ref:refs/tags/v*",
      "repo:acme/app:ref:refs/pull/7/merge",
      "repo:acme/app:environment:Production EU",
      "repo:acme/app:environment:a%3Ab",
      "repo:acme/app:pull_request",
      "repo:acme/app",
      "repo:acme/*",
      "repo:acme@1/app@2:*",
      "repo:acme@*/app@*:ref:refs/heads/main",
      "repo:acme/app:environment:prod:job_workflow_ref:other/x/.github/workflows/y.yml@refs/heads/main",
      "repository_owner:acme",
      "repository_owner_id:123:repository_visibility:private",
      "repository_id:123",
      "enterprise:acme:*",
      "environment:prod:repository_owner:acme",
      "environment:*:repository_owner:acme:runner_environment:self-hosted",
      "workflow_ref:acme/app/.github/workflows/x.yml@refs/heads/main",
      "repo:acme/app:repo_property_team:platform",
    ],
    strangers: [
      "*",
      "repo:*",
      "repo:acme*",
      "repo:acme*/app:ref:refs/heads/main",
      "repo:*acme/app:ref:refs/heads/main",
      "repo:*/app@2:*",
      "r*:acme/app:*",
      "*:ref:refs/heads/main",
      "environment:production",
      "ref:refs/heads/main",
      "pull_request",
      // Anybody may call a reusable workflow, or start a workflow elsewhere.
      "job_workflow_ref:acme/x/.github/workflows/y.yml@refs/heads/main",
      "actor:octocat",
      "repository_owner:acme*",
      "repository_owner_id:12*",
      "*repository_owner:acme",
      "environment:prod*repository_owner:acme",
    ],
    nobody: [
      "",
      " repo:acme/app:pull_request",
      "repo:acme/app:pull_request ",
      "repo:acme",
      "repo:acme:*",
      "repo:acme/app:main",
      "repo:acme/app:branch:main",
      "repo:acme/app:ref:main",
      "repo:acme/app:ref:heads/main",
      "repo:acme/app:refs/heads/main",
      "repo:acme/app/more:ref:refs/heads/main",
      "repo:acme/app:environment",
      "repo:acme/app:",
      "repo:acme@1/app:*",
      "repo:acme/app@2:*",
      "repo:acme@one/app@2:*",
      "acme/app",
      "main",
      "Repo:acme/app:*",
      "repo: acme/app:*",
      "repo:ac me/app:*",
      "repo:аcme/app:*", // A Cyrillic letter.
      "project_path:acme/app:ref_type:branch:ref:main",
      "system:serviceaccount:ci:runner",
      "organization:acme:*",
    ],
  },
  "GitHub Enterprise Server": {
    issuers: ["https://github.example.com/_services/token", "https://10.0.0.1/_services/token"],
    owner: [
      "repo:acme/app:ref:refs/heads/main",
      "repo:acme/app:environment:a:b",
      "repository_owner:acme",
    ],
    strangers: ["*", "repo:*", "repo:acme*/x:*", "environment:prod:repository_owner:acme"],
    // It gives no ids.
    nobody: ["repo:acme@1/app@2:ref:refs/heads/main", "repo:acme", "main"],
  },
  GitLab: {
    issuers: ["https://gitlab.com", "https://gitlab.example.com"],
    owner: [
      "project_path:acme/app:ref_type:branch:ref:main",
      "project_path:acme/a/b/app:ref_type:tag:ref:v*",
      "project_path:acme/*",
      "project_path:acme/app",
      "project_path:acme/app:ref_type:branch:ref:main:environment_protected:true",
      "project_path:acme/app:*",
    ],
    strangers: ["*", "project_path:*", "project_path:acme*", "project_path:*/app:ref_type:*"],
    nobody: [
      "project_path:acme",
      "project_path:acme/app:main",
      "project_path:acme/app:ref_type:branch:main",
      "project_path:acme/app:branch:main",
      "project_path:acme/app: ref_type:branch:ref:main ",
    ],
  },
  "gitlab.com alone": {
    issuers: ["https://gitlab.com"],
    owner: ["project_id:7:ref_type:branch:ref:main", "project_id:7:*"],
    strangers: [
      "job_project_path:acme/app:ref_type:branch:ref:main",
      "project_id:7*",
      "ref_type:branch:ref:main",
    ],
    nobody: ["repo:acme/app:ref:refs/heads/main", "acme/app", "me"],
  },
  Kubernetes: {
    issuers: [
      "https://oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF",
      "https://oidc.eks.cn-north-1.amazonaws.com.cn/id/0123",
      "https://container.googleapis.com/v1/projects/p/locations/l/clusters/c",
      "https://westus3.oic.prod-aks.azure.com/tenant/cluster/",
      "https://cluster.example.com",
    ],
    owner: ["system:serviceaccount:ci:runner", "system:serviceaccount:ci:*"],
    strangers: ["*", "system:*", "system:serviceaccount:*", "system:serviceaccount:*:runner"],
    nobody: [
      "system:serviceaccount:ci",
      "system:serviceaccount:ci:runner:x",
      "system:serviceaccount:CI:runner",
      "system:serviceaccount:ci:runner ",
      "system:serviceaccount::runner",
    ],
  },
  "a cluster in a cloud": {
    issuers: ["https://oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF"],
    owner: [],
    strangers: ["s*"],
    nobody: ["me", "x*", "ci:runner", "system:node:worker"],
  },
  "Pulumi Cloud": {
    issuers: ["https://api.pulumi.com/oidc", "https://pulumi.example.com/oidc"],
    owner: [
      "pulumi:deploy:org:acme:project:net:stack:prod:operation:update:scope:write",
      "pulumi:deploy:org:acme:*",
      "pulumi:environments:org:acme:env:net/prod",
      "pulumi:environments:pulumi.organization.login:acme",
      "pulumi:environments:pulumi.organization.login:acme:currentEnvironment.name:net/prod:pulumi.user.login:me",
    ],
    strangers: ["*", "pulumi:*", "pulumi:deploy:org:*", "pulumi:deploy:org:acme*"],
    nobody: ["pulumi:deploy:org:acme", "pulumi:deploy:acme:*", "pulumi:environments:acme/prod"],
  },
  "HCP Terraform": {
    issuers: ["https://app.terraform.io", "https://app.eu.terraform.io"],
    owner: [
      "organization:acme:project:Default Project:workspace:prod:run_phase:apply",
      "organization:acme:workspace:prod:run_phase:*",
      "organization:acme:*",
      "organization:acme:project:p:stack:s:deployment:d:operation:plan",
    ],
    strangers: ["*", "organization:*", "organization:acme*", "organization:*:workspace:prod:*"],
    nobody: [
      "organization:acme",
      "organization:acme:workspace:prod",
      "workspace:prod:run_phase:apply",
      "acme/prod",
    ],
  },
  CircleCI: {
    issuers: [`https://oidc.circleci.com/org/${id}`],
    owner: [
      `org/${id}/project/${id}/user/*`,
      `org/${id}/project/*`,
      `org/${id}/project/${id}/user/${id}/vcs-origin/github.com/acme/app/vcs-ref/refs/heads/main`,
    ],
    strangers: ["*", "org/*", "org/*/project/x/user/*", "org/0123*"],
    nobody: [`org/${id}`, `project/${id}/user/${id}`, "acme/app"],
  },
  "Bitbucket Pipelines": {
    issuers: ["https://api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc"],
    owner: [`{${id}}:{${id}}`, `{${id}}:*`, `{${id}}:{${id}}:{${id}}`],
    strangers: ["*", `{*}:{${id}}`, `*:{${id}}`],
    nobody: [`{${id}}`, `${id}:${id}`, "acme/app"],
  },
  "Azure DevOps": {
    issuers: [`https://vstoken.dev.azure.com/${id}`],
    owner: ["sc://acme/net/deployer", "sc://acme/*", "p://acme/net/pipeline"],
    strangers: ["*", "sc://*", "sc://acme*"],
    nobody: ["acme/net/deployer", "sc://acme", "sc://acme/net"],
  },
  "Microsoft Entra": {
    issuers: [`https://login.microsoftonline.com/${id}/v2.0`, `https://sts.windows.net/${id}/`],
    owner: [`/eid1/c/pub/t/T/a/A/sc/${id}/${id}`, `/eid1/c/pub/t/T/a/A/sc/${id}/*`, id],
    strangers: ["*", "/eid1/c/pub/t/T/a/A/sc/*", "0123*"],
    nobody: [` ${id}`],
  },
  AWS: {
    issuers: [`https://${id}.tokens.sts.global.api.aws`],
    owner: [
      "arn:aws:iam::123456789012:role/deployer",
      "arn:aws:iam::123456789012:*",
      "arn:aws-us-gov:sts::123456789012:assumed-role/x/*",
    ],
    strangers: ["*", "arn:aws:iam::*:role/deployer", "arn:aws:iam::1234*"],
    nobody: ["123456789012", "role/deployer", "arn:aws:iam:::role/deployer", "arn:aws:s3:::bucket"],
  },
  Google: {
    issuers: ["https://accounts.google.com"],
    owner: ["103502364850231427349"],
    strangers: ["*", "1035*"],
    nobody: ["ci@acme.iam.gserviceaccount.com", "system:serviceaccount:ci:runner"],
  },
  Buildkite: {
    issuers: ["https://agent.buildkite.com"],
    owner: [
      "organization:acme:pipeline:app:ref:refs/heads/main:commit:abc:step:",
      "organization:acme:pipeline:app:ref:refs/heads/main:commit:*:step:*",
      "organization:acme:*",
      id,
    ],
    strangers: ["*", "organization:*", "organization:acme*", "0123*"],
    nobody: ["organization:acme", "organization:acme:pipeline:app", "pipeline:app:ref:x"],
  },
  "an issuer that is not known": {
    issuers: ["https://issuer.example.com", "https://gitlab.com.example.org"],
    owner: ["me", "team/me", "repo:acme/app:ref:refs/heads/main"],
    strangers: [
      ...["*", "team:me:*", "team/*", "me*", "repo:acme/app:*"],
      ...["vercel:acme:*", "account:*", "https://x/*", "organization:acme:*"],
    ],
    nobody: [" me", "me ", "system:serviceaccount:ci"],
  },
};

describe.each(Object.entries(rows))(
  "the subjects of %s",
  (_, { issuers, owner, strangers, nobody }) => {
    test.each([
      ...owner.map((subject) => [subject, "owner"]),
      ...strangers.map((subject) => [subject, "strangers"]),
      ...nobody.map((subject) => [subject, "nobody"]),
    ])("tokens with the subject %j belong to: %s", (subject, whose) => {
      for (const issuer of issuers) {
        const verdict = judgeTrust({ issuer, subject, audience: "", claims: {} });
        expect({ issuer, whose: verdict.whose }).toEqual({ issuer, whose });
        if (verdict.whose === "owner") continue;
        expect(verdict.reason).not.toMatch(/[.]$/);
        expect(verdict.instead).toMatch(/^(Write|Leave).*[.]$/);
      }
    });
  },
);

test("every platform has its rows, and its own examples name their owner", () => {
  for (const { name, examples } of platforms) {
    const [issuer = ""] = rows[name]?.issuers ?? [];
    expect(issuer, name).not.toBe("");
    for (const subject of examples)
      expect({
        subject,
        ...judgeTrust({ issuer, subject, audience: "", claims: {} }),
      }).toMatchObject({
        subject,
        // CircleCI's and Bitbucket's have places for ids.
        whose: /[A-Z]{4}/.test(subject) && !subject.startsWith("/") ? "nobody" : "owner",
      });
  }
});

describe("a claim rule", () => {
  const github = "https://token.actions.githubusercontent.com";
  test.each<[string, string, Record<string, string>, string]>([
    [github, "*", { repository_owner: "acme" }, "owner"],
    [github, "*", { repository: "acme/app" }, "owner"],
    [github, "*", { repository: "acme/*" }, "owner"],
    [github, "*", { repository_owner_id: "123" }, "owner"],
    [github, "repo:*", { enterprise: "acme" }, "owner"],
    [github, "*", { repository: "*/app" }, "strangers"],
    [github, "*", { repository: "acme*" }, "strangers"],
    [github, "*", { repository_owner: "*" }, "strangers"],
    [github, "*", { actor: "octocat" }, "strangers"],
    [github, "*", { job_workflow_ref: "acme/app/.github/workflows/x.yml@main" }, "strangers"],
    [github, "*", { constructor: "acme" }, "strangers"],
    [github, "*", { '"repository_owner"': "acme" }, "owner"],
    [github, "*", { "repository_owner.x": "acme" }, "strangers"],
    ["https://gitlab.com", "*", { namespace_path: "acme" }, "owner"],
    ["https://gitlab.com", "*", { project_path: "acme/*" }, "owner"],
    ["https://gitlab.com", "*", { user_login: "me" }, "strangers"],
    [
      "https://oidc.eks.eu-west-1.amazonaws.com/id/0",
      "*",
      { '"kubernetes.io".namespace': "ci" },
      "owner",
    ],
    [
      "https://oidc.eks.eu-west-1.amazonaws.com/id/0",
      "*",
      { "kubernetes.io.namespace": "ci" },
      "strangers",
    ],
    ["https://accounts.google.com", "*", { email: "ci@acme.iam.gserviceaccount.com" }, "owner"],
    ["https://accounts.google.com", "*", { email: "*@acme.iam.gserviceaccount.com" }, "strangers"],
    ["https://accounts.google.com", "*", { "google.compute_engine.project_id": "acme" }, "owner"],
    [
      `https://${id}.tokens.sts.global.api.aws`,
      "*",
      { '"https://sts.amazonaws.com/".aws_account': "123456789012" },
      "owner",
    ],
    ["https://agent.buildkite.com", "*", { organization_slug: "acme" }, "owner"],
    // What a claim means there is not known.
    ["https://issuer.example.com", "*", { repository_owner: "acme" }, "strangers"],
    // No claim helps a subject that nobody has.
    [github, "repo:acme", { repository_owner: "acme" }, "nobody"],
  ])(
    "with the issuer %s, the subject %s and the claim rules %j, tokens belong to: %s",
    (issuer, subject, claims, whose) => {
      expect(judgeTrust({ issuer, subject, audience: "", claims }).whose).toBe(whose);
    },
  );
});

test("invisible characters make a subject or a claim nobody's, wherever they stand", () => {
  const issuer = "https://token.actions.githubusercontent.com";
  const subject = "repo:acme/app:pull_request";
  for (const hidden of ["\u0000", "\u200b", "\u202e", "\u00ad", "\u3164", "\n"]) {
    for (const trusted of [
      { issuer, subject: subject.replace("acme", `acme${hidden}`), claims: {} },
      { issuer: `${issuer}/${hidden}`, subject, claims: {} },
      { issuer, subject, claims: { [`ref${hidden}`]: "x" } },
      { issuer, subject, claims: { ref: `x${hidden}` } },
    ])
      expect(judgeTrust({ ...trusted, audience: "" }).whose).toBe("strangers");
  }
});
