/** What each maker of trust takes, and what it makes. */

import * as pulumi from "@pulumi/pulumi";
import {
  FederatedIdentity,
  type GenericTrust,
  type GithubTrust,
  type GitlabTrust,
  type KubernetesTrust,
  type Trust,
  trust,
} from "tailscope";
import { same } from "./same";

same<keyof typeof trust, "github" | "gitlab" | "kubernetes" | "generic">();
same<Parameters<typeof trust.github>, [wanted: GithubTrust]>();
same<Parameters<typeof trust.gitlab>, [wanted: GitlabTrust]>();
same<Parameters<typeof trust.kubernetes>, [wanted: KubernetesTrust]>();
same<Parameters<typeof trust.generic>, [wanted: GenericTrust]>();
for (const make of Object.values(trust)) same<ReturnType<typeof make>, Trust>();

const branch: string | undefined = undefined;
const made = trust.github({ repository: "acme/infrastructure", branch, environment: "production" });
same<typeof made.subject, string>();
// What it makes is part of an identity's arguments.
new FederatedIdentity("deploy", { ...made, scopes: ["dns"] });
trust.github({ repository: "a/b", pullRequest: true, allowStrangers: "it only reads" });
trust.gitlab({ project: "acme/infrastructure", tag: "v*", issuer: "https://gitlab.example.com" });
trust.kubernetes({ issuer: "https://k.example", namespace: "ci", serviceAccount: "deployer" });
trust.generic({ issuer: "https://ci.example", subject: "acme:*", claims: { org: "acme" } });

// @ts-expect-error The repository is missing.
trust.github({ branch: "main" });
// @ts-expect-error A misspelt member.
trust.github({ repository: "acme/infrastructure", brnach: "main" });
// @ts-expect-error Runs for pull requests are named, not excluded.
trust.github({ repository: "acme/infrastructure", pullRequest: false });
// @ts-expect-error The reason for strangers is a sentence.
trust.github({ repository: "acme/infrastructure", pullRequest: true, allowStrangers: true });
// @ts-expect-error A subject is made while the program runs.
trust.github({ repository: pulumi.output("acme/infrastructure"), branch: "main" });
// @ts-expect-error GitLab has projects.
trust.gitlab({ repository: "acme/infrastructure", branch: "main" });
// @ts-expect-error The service account is missing.
trust.kubernetes({ issuer: "https://k.example", namespace: "ci" });
// @ts-expect-error The subject is missing.
trust.generic({ issuer: "https://ci.example" });
// @ts-expect-error What was made stays as it is.
made.subject = "repo:*";
