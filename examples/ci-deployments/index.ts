// Bootstraps deployments from CI without a stored secret. Run this once by hand, with an owner's API
// access token. Afterwards the workflows in this folder deploy with these identities.

import * as pulumi from "@pulumi/pulumi";
import { FederatedIdentity, trust } from "tailscope";

const repository = new pulumi.Config().require("repository");

// The fewest scopes that manage the three resources.
const managing = [
  "oauth_keys", // OAuthClient: create, read, update, revoke
  "federated_keys", // FederatedIdentity: the same
  "auth_keys", // AuthKey without mintedBy, and clients that can mint keys: a deployer gives only what it has
];

// What `pulumi preview` reads.
const reading = [
  "oauth_keys:read",
  "federated_keys:read",
  "auth_keys:read",
  "policy_file:read", // checks that the deployer can give a tag
  "devices:core:read", // reading the policy file needs this scope and the next one too
  "devices:posture_attributes:read",
];

// Deploys after the merge, behind the environment's protection rules. Its clients and keys can have
// its tag.
const deployer = new FederatedIdentity("deployer", {
  ...trust.github({ repository, environment: "production" }),
  scopes: [
    ...managing,
    ...reading.filter((scope) => !managing.includes(scope.replace(":read", ""))),
  ],
  tags: ["tag:ci"],
  description: "GitHub Actions deploys",
});

// Previews pull requests and can change nothing.
const previewer = new FederatedIdentity("previewer", {
  ...trust.github({
    repository,
    pullRequest: true,
    allowStrangers: "GitHub gives forks no identity token, and this one only reads",
  }),
  scopes: reading,
  description: "GitHub Actions previews",
});

// The same deployer for GitLab.
const gitlabDeployer = new FederatedIdentity("gitlab-deployer", {
  ...trust.gitlab({ project: repository, branch: "main" }),
  scopes: [
    ...managing,
    ...reading.filter((scope) => !managing.includes(scope.replace(":read", ""))),
  ],
  tags: ["tag:ci"],
  description: "GitLab CI deploys",
});

// Previews merge requests of any branch and can change nothing.
const gitlabPreviewer = new FederatedIdentity("gitlab-previewer", {
  ...trust.gitlab({ project: repository, branch: "*" }),
  scopes: reading,
  description: "GitLab CI previews",
});

export const deployerId = deployer.clientId; // the GitHub variable TAILSCALE_DEPLOYER_ID
export const previewerId = previewer.clientId; // the GitHub variable TAILSCALE_PREVIEWER_ID
export const gitlabDeployerId = gitlabDeployer.clientId; // the GitLab variable TAILSCALE_OAUTH_CLIENT_ID
export const gitlabAudience = gitlabDeployer.audience; // the aud of the GitLab job's id_tokens
export const gitlabPreviewerId = gitlabPreviewer.clientId; // TAILSCALE_OAUTH_CLIENT_ID of examples/review
export const gitlabPreviewerAudience = gitlabPreviewer.audience; // the aud of that job's id_tokens
