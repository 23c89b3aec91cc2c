/**
 * The platforms that issue identity tokens, as data: which issuer identifies each, which subjects
 * it issues, and which part of a subject, or which other claim, names the owner.
 *
 * An issuer alone is never enough: an organisation's issuer also serves its least trusted project.
 * So on every platform that has owners, the subject must name the owner.
 */

import type { Form } from "./forms";

export interface Platform {
  readonly name: string;
  /** Whether an issuer belongs to the platform. */
  readonly issues: (issuer: URL) => boolean;
  readonly subject: Form;
  /**
   * Whether the platform issues no other subjects. If it may issue others, a subject without a form
   * here has a known owner only if it has no wildcard.
   */
  readonly isComplete: boolean;
  /** The prefix that only this platform's subjects have, if there is one. */
  readonly beginning?: string;
  /**
   * Claims other than the subject that name the owner: their names as written in a rule, with the
   * forms of their values.
   */
  readonly claims: Readonly<Record<string, Form>>;
  /** Subjects as they should be written. */
  readonly examples: readonly [string, ...string[]];
}

const some = (characters: RegExp): Form => ({ some: characters });
const owner = (name: Form): Form => ({ owner: name });
const either = (...forms: readonly Form[]): Form => ({ either: forms });
const repeated = (form: Form): Form => ({ repeated: form });
const maybe = (form: Form): Form => either(form, []);

const digits = some(/\d/);
const hexadecimal = some(/[\dA-Fa-f-]/);
/** The text between two colons, and the text between two slashes. */
const value = some(/[^:]/);
const segment = some(/[^/]/);
const anything = some(/./s);
/** Names of GitHub and GitLab. */
const name = some(/[\w.-]/);

const githubHost = "token.actions.githubusercontent.com";

/**
 * GitHub claims that do not identify the owner of the repository: the person who runs a workflow
 * can belong to any organisation.
 */
const githubClaims = [
  ...["actor", "actor_id", "base_ref", "check_run_id", "environment", "environment_node_id"],
  ...["event_name", "head_ref", "issuer_scope", "job_workflow_ref", "job_workflow_sha"],
  ...["ref_protected", "ref_type", "repository_visibility", "run_attempt", "run_id"],
  ...["run_number", "runner_environment", "sha", "workflow", "workflow_sha"],
];

/** The GitHub claims that name the owner. */
const githubOwners: Readonly<Record<string, Form>> = {
  repository: [owner(name), "/", name],
  repository_id: owner(digits),
  repository_owner: owner(name),
  repository_owner_id: owner(digits),
  enterprise: owner(name),
  enterprise_id: owner(digits),
  workflow_ref: [owner(name), "/", value],
};

/**
 * GitHub's subjects: the default `repo:OWNER/NAME:CONTEXT`, and those that an organisation composes
 * from claims.
 * @param text what a claim can contain
 */
function buildGithubSubject(repository: Form, text: Form): Form {
  const claim = either(
    ["repo:", repository],
    ...Object.entries(githubOwners).map(([key, form]): Form => [`${key}:`, form]),
    [either(...githubClaims, ["repo_property_", name]), ":", text],
    ["ref:refs/", either("heads/", "tags/", "pull/"), text],
    "pull_request",
  );
  return [claim, repeated([":", claim])];
}

const classicRepository: Form = [owner(name), "/", name];
const immutableRepository: Form = [owner(name), "@", digits, "/", name, "@", digits];

/**
 * https://docs.github.com/en/actions/reference/security/oidc, with the issuers of enterprises and
 * of ghe.com.
 */
const github: Platform = {
  name: "GitHub Actions",
  issues: ({ hostname }) =>
    hostname === githubHost || /^token\.actions\.[\w-]+\.ghe\.com$/.test(hostname),
  // A colon in a claim is written as %3A.
  subject: buildGithubSubject(either(classicRepository, immutableRepository), value),
  isComplete: true,
  claims: githubOwners,
  examples: [
    "repo:acme/infrastructure:ref:refs/heads/main",
    "repo:acme/infrastructure:environment:production",
    "repo:acme@123/infrastructure@456:ref:refs/heads/main",
  ],
};

/**
 * https://docs.github.com/en/enterprise-server@latest/actions/reference/security/oidc: no ids, and
 * older ones keep colons.
 */
const githubServer: Platform = {
  ...github,
  name: "GitHub Enterprise Server",
  issues: ({ pathname }) => pathname === "/_services/token",
  subject: buildGithubSubject(classicRepository, anything),
  examples: [
    "repo:acme/infrastructure:ref:refs/heads/main",
    "repo:acme/infrastructure:environment:production",
  ],
};

/**
 * GitLab claims that do not identify the owner of the project; `job_project_*` can be the project
 * in which a fork's pipeline runs.
 */
const gitlabClaims = [
  ...["ref_type", "ref", "ref_path", "ref_protected", "environment", "environment_protected"],
  ...["environment_action", "deployment_tier", "user_id", "user_login", "user_email"],
  ...["user_access_level", "pipeline_id", "pipeline_source", "job_id", "job_source", "job_config"],
  ...["job_project_id", "job_project_path", "job_namespace_id", "job_namespace_path"],
  ...["runner_id", "runner_environment", "sha", "ci_config_ref_uri", "ci_config_sha"],
  ...["project_visibility", "groups_direct"],
];

const gitlabPath: Form = [owner(name), "/", some(/[\w./-]/)];

const gitlabOwners: Readonly<Record<string, Form>> = {
  project_path: gitlabPath,
  project_id: owner(digits),
  source_project_path: gitlabPath,
  source_project_id: owner(digits),
  namespace_path: [owner(name), maybe(["/", some(/[\w./-]/)])],
  namespace_id: owner(digits),
};

const gitlabClaim = either(
  ...Object.entries(gitlabOwners).map(([key, form]): Form => [`${key}:`, form]),
  [either(...gitlabClaims), ":", value],
);

/**
 * https://docs.gitlab.com/ci/secrets/id_token_authentication/, with the components that a project
 * can choose.
 */
const gitlab: Platform = {
  name: "GitLab",
  issues: ({ hostname }) => hostname === "gitlab.com",
  subject: [gitlabClaim, repeated([":", gitlabClaim])],
  isComplete: true,
  beginning: "project_path:",
  claims: gitlabOwners,
  examples: [
    "project_path:acme/infrastructure:ref_type:branch:ref:main",
    "project_path:acme/infrastructure:ref_type:tag:ref:v*",
  ],
};

const kubernetesName = some(/[a-z\d.-]/);

/**
 * https://kubernetes.io/docs/concepts/security/service-accounts/, with the issuers of Amazon EKS,
 * Google GKE and Azure AKS. A cluster has one owner. Inside it, the owner is everybody who can
 * create service accounts in a namespace.
 */
const kubernetes: Platform = {
  name: "Kubernetes",
  issues: ({ hostname, pathname }) =>
    /^oidc[.-]eks\.[a-z\d-]+\.(amazonaws\.com(\.cn)?|api\.aws)$/.test(hostname) ||
    (hostname === "container.googleapis.com" && pathname.startsWith("/v1/projects/")) ||
    /\.oic\.[a-z\d-]+\.azure\.(com|us|cn)$/.test(hostname),
  subject: ["system:serviceaccount:", owner(kubernetesName), ":", kubernetesName],
  isComplete: true,
  beginning: "system:serviceaccount:",
  claims: { '"kubernetes.io".namespace': owner(kubernetesName) },
  examples: ["system:serviceaccount:ci:runner"],
};

/**
 * https://www.pulumi.com/docs/administration/access-identity/oidc-issuer/ and /docs/esc/:
 * Deployments and ESC.
 */
const pulumiCloud: Platform = {
  name: "Pulumi Cloud",
  issues: ({ hostname }) => hostname === "api.pulumi.com",
  subject: either(
    [
      ...["pulumi:deploy:org:", owner(value), ":project:", value, ":stack:", value],
      ...[":operation:", value, ":scope:", value],
    ],
    ["pulumi:environments:org:", owner(value), ":env:", value],
    [
      ...["pulumi:environments:pulumi.organization.login:", owner(value)],
      repeated([
        either(":rootEnvironment.name:", ":currentEnvironment.name:", ":pulumi.user.login:"),
        value,
      ]),
    ],
  ),
  isComplete: true,
  beginning: "pulumi:",
  claims: { org: owner(value) },
  examples: [
    "pulumi:deploy:org:acme:project:network:stack:prod:operation:update:scope:write",
    "pulumi:environments:org:acme:env:network/prod",
  ],
};

/**
 * https://developer.hashicorp.com/terraform/cloud-docs/dynamic-provider-credentials/workload-identity-tokens
 */
const terraform: Platform = {
  name: "HCP Terraform",
  issues: ({ hostname }) => /^app\.([a-z]+\.)?terraform\.io$/.test(hostname),
  subject: either(
    [
      ...["organization:", owner(value), maybe([":project:", value]), ":workspace:", value],
      ...[":run_phase:", value],
    ],
    [
      ...["organization:", owner(value), ":project:", value, ":stack:", value],
      ...[":deployment:", value, ":operation:", value],
    ],
  ),
  isComplete: true,
  claims: {
    terraform_organization_id: owner(value),
    terraform_organization_name: owner(value),
  },
  examples: ["organization:acme:project:network:workspace:prod:run_phase:apply"],
};

/**
 * https://circleci.com/docs/guides/permissions-authentication/openid-connect-tokens/: every
 * organisation has its own issuer.
 */
const circleci: Platform = {
  name: "CircleCI",
  issues: ({ hostname }) => hostname === "oidc.circleci.com",
  subject: ["org/", owner(hexadecimal), "/project/", segment, maybe(["/", anything])],
  isComplete: true,
  claims: { '"oidc.circleci.com/org-id"': owner(hexadecimal) },
  examples: ["org/ORGANIZATION_ID/project/PROJECT_ID/user/*"],
};

const bracedId: Form = ["{", hexadecimal, "}"];

/**
 * https://support.atlassian.com/bitbucket-cloud/docs/integrate-pipelines-with-resource-servers-using-oidc/:
 * every workspace has its own issuer, and the subject names the repository.
 */
const bitbucket: Platform = {
  name: "Bitbucket Pipelines",
  issues: ({ hostname }) => hostname === "api.bitbucket.org",
  subject: [owner(bracedId), ":", bracedId, maybe([":", bracedId])],
  isComplete: true,
  claims: { repositoryUuid: owner(bracedId), workspaceUuid: owner(bracedId) },
  examples: ["{REPOSITORY_UUID}:{ENVIRONMENT_UUID}:*"],
};

/**
 * https://learn.microsoft.com/en-us/azure/devops/pipelines/release/configure-workload-identity: an
 * issuer for each organisation.
 */
const azureDevops: Platform = {
  name: "Azure DevOps",
  issues: ({ hostname }) => hostname === "vstoken.dev.azure.com",
  subject: [either("sc://", "p://"), owner(segment), "/", segment, "/", anything],
  isComplete: true,
  claims: { org_id: owner(hexadecimal) },
  examples: ["sc://acme/network/deployer"],
};

/**
 * The newer issuer of Azure DevOps is the Entra tenant (see the same page). Each of the tenant's
 * other subjects is the ID of a single thing.
 */
const entra: Platform = {
  name: "Microsoft Entra",
  issues: ({ hostname }) =>
    hostname === "login.microsoftonline.com" || hostname === "sts.windows.net",
  subject: [
    ...["/eid1/c/", segment, "/t/", segment, "/a/", segment],
    ...["/sc/", owner(segment), "/", anything],
  ],
  isComplete: false,
  claims: {},
  examples: ["/eid1/c/pub/t/TENANT/a/APPLICATION/sc/ORGANIZATION_ID/SERVICE_CONNECTION_ID"],
};

/**
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound_token_claims.html:
 * an issuer for each account.
 */
const aws: Platform = {
  name: "AWS",
  issues: ({ hostname }) =>
    /\.tokens\.sts(\.[a-z\d-]+)?\.api\.(aws|amazonwebservices\.com\.cn)$/.test(hostname),
  subject: [
    ...["arn:aws", maybe(["-", name]), ":", either("iam", "sts"), "::", owner(digits), ":"],
    anything,
  ],
  isComplete: true,
  claims: {
    '"https://sts.amazonaws.com/".aws_account': owner(digits),
    '"https://sts.amazonaws.com/".org_id': owner(name),
  },
  examples: ["arn:aws:iam::123456789012:role/deployer"],
};

/**
 * https://cloud.google.com/compute/docs/instances/verifying-instance-identity: `sub` is the service
 * account's number.
 */
const google: Platform = {
  name: "Google",
  issues: ({ hostname }) => hostname === "accounts.google.com",
  subject: owner(digits),
  isComplete: true,
  claims: {
    email: owner([some(/[^@]/), "@", some(/[^@]/)]),
    "google.compute_engine.project_id": owner(name),
    "google.compute_engine.project_number": owner(digits),
  },
  examples: ["103502364850231427349"],
};

/**
 * https://buildkite.com/docs/pipelines/security/oidc, with the IDs that `--subject-claim` uses as
 * the whole subject.
 */
const buildkite: Platform = {
  name: "Buildkite",
  issues: ({ hostname }) => hostname === "agent.buildkite.com",
  subject: either(
    [
      ...["organization:", owner(value), ":pipeline:", value, ":ref:", value],
      ...[":commit:", value, ":step:", maybe(value)],
    ],
    owner(hexadecimal),
  ),
  isComplete: true,
  claims: { organization_slug: owner(name), organization_id: owner(hexadecimal) },
  examples: ["organization:acme:pipeline:network:ref:refs/heads/main:commit:*:step:*"],
};

/** Every platform that we recognise by its issuer. */
export const platforms: readonly Platform[] = [
  ...[github, githubServer, gitlab, kubernetes, pulumiCloud, terraform, circleci, bitbucket],
  ...[azureDevops, entra, aws, google, buildkite],
];

/**
 * Platforms that their owners host themselves. We recognise them by a subject prefix that no other
 * platform uses. Terraform Enterprise is not among them, because other platforms also use the
 * prefix `organization:`.
 */
export const selfHosted: readonly Platform[] = [gitlab, kubernetes, pulumiCloud];

/** The platform behind an issuer, if we recognise the issuer. */
export function findPlatform(issuer: string): Platform | undefined {
  if (!URL.canParse(issuer)) return undefined;
  const address = new URL(issuer);
  return platforms.find(({ issues }) => issues(address));
}
