/**
 * Whose identity tokens to trust: builds `issuer`, `subject` and claim rules of a {@link
 * FederatedIdentity} for the systems that most teams deploy from. The result is narrow: a pattern
 * that would let a stranger in is refused unless the program states why it is wanted. {@link
 * judgeTrust} alone decides who is a stranger. The functions here also refuse names with a wildcard
 * and runs that anybody can start.
 *
 * Sources: https://docs.github.com/en/actions/reference/security/oidc,
 * https://docs.gitlab.com/ci/secrets/id_token_authentication/,
 * https://kubernetes.io/docs/concepts/security/service-accounts/
 */

import * as pulumi from "@pulumi/pulumi";
import { findInvisible } from "../access/characters";
import { holdsOutputNote } from "../access/engine-values";
import { judgeTrust, type Verdict } from "../access/trusted";
import { ArgumentError } from "./argument-error";

/**
 * The arguments of a {@link FederatedIdentity} that say whom it trusts: `{ ...trust.github({ … }),
 * scopes: [ … ] }`.
 */
export interface Trust {
  readonly issuer: string;
  readonly subject: string;
  readonly customClaimRules?: Readonly<Record<string, string>> | undefined;
}

interface Insistence {
  /**
   * Why people outside your organisation may use the identity: a sentence for reviewers. Without
   * it, a pattern that lets them in is refused.
   */
  allowStrangers?: string | undefined;
}

export interface GithubTrust extends Insistence {
  /** `"OWNER/REPOSITORY"`. */
  repository: string;
  /**
   * The owner's and the repository's numbers, for GitHub's immutable subjects, which repositories
   * created after 2026-07-15 have: `gh api repos/OWNER/REPOSITORY --jq '.owner.id, .id'`. Give both
   * or neither.
   */
  ownerId?: number | undefined;
  repositoryId?: number | undefined;
  /**
   * Runs on this branch; `*` stands for any characters. Give one of `branch`, `environment`, `tag`
   * and `pullRequest`.
   */
  branch?: string | undefined;
  /** Runs that deploy to this environment, with its protection rules. */
  environment?: string | undefined;
  /** Runs for this git tag; `*` stands for any characters. */
  tag?: string | undefined;
  /** Runs for pull requests, no matter who opened them. */
  pullRequest?: true | undefined;
  /**
   * The host of GitHub: `"acme.ghe.com"` with data residency, `"github.example.com"` for a GitHub
   * Enterprise Server.
   * @default `"github.com"`
   */
  host?: string | undefined;
  /**
   * The slug of the enterprise, if it has its own issuer (`include_enterprise_slug`). Only the
   * enterprise's repositories get tokens from that issuer.
   */
  enterprise?: string | undefined;
}

export interface GitlabTrust extends Insistence {
  /** `"GROUP/PROJECT"`, including any subgroups. */
  project: string;
  /** Pipelines on this branch; `*` stands for any characters. Give one of `branch` and `tag`. */
  branch?: string | undefined;
  /** Pipelines for this git tag; `*` stands for any characters. */
  tag?: string | undefined;
  /** @default `"https://gitlab.com"` */
  issuer?: string | undefined;
}

export interface KubernetesTrust extends Insistence {
  /**
   * The cluster's issuer of service-account tokens: `kubectl get --raw
   * /.well-known/openid-configuration`.
   */
  issuer: string;
  namespace: string;
  serviceAccount: string;
}

export interface GenericTrust extends Insistence {
  issuer: string;
  /** The required `sub` claim; `*` stands for any characters. */
  subject: string;
  /**
   * The required values of other claims. A period selects a member of an object, and a name that
   * contains a period is put in double quotes: `{ "user.name": "ci", '"open.id".username': "ci" }`.
   * If a claim names the owner, the subject does not have to.
   */
  claims?: Readonly<Record<string, string>> | undefined;
}

/**
 * Functions that build trust, one for each system. Each throws {@link ArgumentError} if the pattern
 * is wrong or would let a stranger in.
 */
export const trust = {
  /**
   * Runs of GitHub Actions.
   * @example
   * ```ts
   * new FederatedIdentity("deploy", {
   *   ...trust.github({ repository: "acme/infrastructure", branch: "main" }),
   *   scopes: ["policy_file"],
   * });
   * ```
   * @see https://docs.github.com/en/actions/reference/security/oidc
   */
  github(wanted: GithubTrust): Trust {
    refuseOutputs("github", wanted);
    const { repository, branch, environment, tag, pullRequest } = wanted;
    const [owner, name, more] = repository.split("/");
    if (!owner || !name || more !== undefined)
      throw createArgumentError(
        "github",
        "repository",
        `${JSON.stringify(repository)} is not a repository: write "OWNER/REPOSITORY"`,
      );
    if (repository.includes("*"))
      refuseStrangers(
        "github",
        "repository",
        `"${repository}" also trusts repositories that do not exist yet, no matter who creates them`,
        wanted,
      );
    if (!/^[\w*-]+\/[\w.*-]+$/.test(repository))
      throw createArgumentError(
        "github",
        "repository",
        `${JSON.stringify(repository)} has a character that no repository's name has`,
      );
    if (name.endsWith(".git"))
      throw createArgumentError(
        "github",
        "repository",
        `leave out the .git: "${owner}/${name.slice(0, -4)}"`,
      );
    if (pullRequest) {
      refuseStrangers(
        "github",
        "pullRequest",
        "trusts the runs of pull requests, and anybody can open one from a fork",
        wanted,
      );
    }
    const context = chooseContext(
      "github",
      { branch, environment, tag, pullRequest },
      {
        branch: (value) => `ref:refs/heads/${checkRefName("github", "branch", value)}`,
        // GitHub writes a colon in a name as %3A.
        environment: (value) => `environment:${value.replaceAll(":", "%3A")}`,
        tag: (value) => `ref:refs/tags/${checkRefName("github", "tag", value)}`,
        pullRequest: () => "pull_request",
      },
    );
    const issuer = findGithubIssuer(wanted);
    const ids = checkGithubIds(wanted, issuer);
    const where =
      ids === undefined ? repository : `${owner}@${ids.owner}/${name}@${ids.repository}`;
    return requireOwner("github", { issuer, subject: `repo:${where}:${context}` }, wanted);
  },

  /**
   * Pipelines of GitLab.
   * @see https://docs.gitlab.com/ci/secrets/id_token_authentication/
   */
  gitlab(wanted: GitlabTrust): Trust {
    refuseOutputs("gitlab", wanted);
    const { project, branch, tag, issuer = "https://gitlab.com" } = wanted;
    if (!/^[\w.*-]+(\/[\w.*-]+)+$/.test(project))
      throw createArgumentError(
        "gitlab",
        "project",
        `${JSON.stringify(project)} is not a project: write "GROUP/PROJECT"`,
      );
    if (project.includes("*"))
      refuseStrangers(
        "gitlab",
        "project",
        `"${project}" also trusts projects that do not exist yet, no matter who creates them`,
        wanted,
      );
    const context = chooseContext(
      "gitlab",
      { branch, tag },
      {
        branch: (value) => `ref_type:branch:ref:${checkRefName("gitlab", "branch", value)}`,
        tag: (value) => `ref_type:tag:ref:${checkRefName("gitlab", "tag", value)}`,
      },
    );
    return requireOwner(
      "gitlab",
      { issuer, subject: `project_path:${project}:${context}` },
      wanted,
    );
  },

  /**
   * Pods of a Kubernetes cluster that run as one service account.
   * @see https://kubernetes.io/docs/concepts/security/service-accounts/
   */
  kubernetes(wanted: KubernetesTrust): Trust {
    refuseOutputs("kubernetes", wanted);
    const { issuer, namespace, serviceAccount } = wanted;
    for (const [argument, value] of Object.entries({ namespace, serviceAccount })) {
      if (value.includes("*"))
        refuseStrangers(
          "kubernetes",
          argument,
          `"${value}" trusts everybody who can create one with a matching name in the cluster`,
          wanted,
        );
      else if (!/^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/.test(value))
        throw createArgumentError(
          "kubernetes",
          argument,
          `${JSON.stringify(value)} is not a Kubernetes name: write lower-case letters, digits and hyphens`,
        );
    }
    const subject = `system:serviceaccount:${namespace}:${serviceAccount}`;
    return requireOwner("kubernetes", { issuer, subject }, wanted);
  },

  /**
   * Any other issuer of identity tokens.
   * @see https://tailscale.com/kb/1581/workload-identity-federation
   */
  generic(wanted: GenericTrust): Trust {
    refuseOutputs("generic", wanted);
    const { issuer, subject, claims } = wanted;
    return requireOwner(
      "generic",
      { issuer, subject, ...(claims !== undefined && { customClaimRules: claims }) },
      wanted,
    );
  },
};

/** Returns the trust if it names its owner, or if the program states why it need not. */
function requireOwner(system: string, made: Trust, insistence: Insistence): Trust {
  const { issuer, subject, customClaimRules: claims = {} } = made;
  const texts = { issuer, subject, claims: Object.entries(claims).flat().join("") };
  for (const [argument, text] of Object.entries(texts)) {
    const invisible = findInvisible(text);
    if (invisible.length > 0) {
      throw createArgumentError(
        system,
        argument,
        `has characters that nobody can see: leave out ${invisible.join(" ")}`,
      );
    }
  }
  const verdict: Verdict = judgeTrust({ issuer, subject, audience: "", claims });
  if (verdict.whose === "owner") return made;
  const problem = `${JSON.stringify(subject)} ${verdict.reason}`;
  const instead = verdict.instead.replace(/\.$/, "");
  if (verdict.whose === "nobody")
    throw createArgumentError(system, "subject", `${problem}. ${instead}`);
  refuseStrangers(system, "subject", problem, insistence);
  return made;
}

const numberOf = "`gh api repos/OWNER/REPOSITORY --jq '.owner.id, .id'` prints them";

/** Checks the numbers of an immutable subject, if they are given. */
function checkGithubIds(
  { ownerId, repositoryId }: GithubTrust,
  issuer: string,
): { owner: number; repository: number } | undefined {
  if (ownerId === undefined && repositoryId === undefined) return undefined;
  if (ownerId === undefined || repositoryId === undefined) {
    throw createArgumentError(
      "github",
      ownerId === undefined ? "ownerId" : "repositoryId",
      `is missing: an immutable subject has both numbers. ${numberOf}`,
    );
  }
  for (const [argument, id] of Object.entries({ ownerId, repositoryId })) {
    if (!Number.isSafeInteger(id) || id <= 0)
      throw createArgumentError(
        "github",
        argument,
        `${JSON.stringify(id)} is not an id of GitHub. ${numberOf}`,
      );
  }
  if (issuer.endsWith(githubServerPath)) {
    throw createArgumentError(
      "github",
      "ownerId",
      "leave out both ids: a GitHub Enterprise Server gives no immutable subjects",
    );
  }
  return { owner: ownerId, repository: repositoryId };
}

const githubServerPath = "/_services/token";

/**
 * The issuer that signs the tokens of a GitHub host:
 * https://docs.github.com/en/enterprise-cloud@latest/actions/reference/security/oidc
 */
function findGithubIssuer({ host = "github.com", enterprise }: GithubTrust): string {
  if (!/^[a-z\d]([a-z\d-]*[a-z\d])?(\.[a-z\d]([a-z\d-]*[a-z\d])?)+$/i.test(host)) {
    throw createArgumentError(
      "github",
      "host",
      `${JSON.stringify(host)} is not the name of a host: write it like "github.example.com"`,
    );
  }
  if (enterprise !== undefined && !/^[a-z\d]([a-z\d-]*[a-z\d])?$/i.test(enterprise)) {
    throw createArgumentError(
      "github",
      "enterprise",
      `${JSON.stringify(enterprise)} is not the slug of an enterprise: write the last part of https://github.com/enterprises/SLUG`,
    );
  }
  const slug = enterprise === undefined ? "" : `/${enterprise}`;
  const name = host.toLowerCase();
  if (name === "github.com") return `https://token.actions.githubusercontent.com${slug}`;
  if (name.endsWith(".ghe.com")) return `https://token.actions.${name}${slug}`;
  if (enterprise !== undefined) {
    throw createArgumentError(
      "github",
      "enterprise",
      "leave it out: a GitHub Enterprise Server has one issuer, for all its repositories",
    );
  }
  return `https://${name}${githubServerPath}`;
}

/**
 * Checks the name of a branch or tag against git's rules
 * (https://git-scm.com/docs/git-check-ref-format), but allows stars.
 */
function checkRefName(system: string, argument: string, value: string): string {
  const [, kind, short] = /^refs\/(heads|tags)\/(.+)$/.exec(value) ?? [];
  if (kind !== undefined)
    throw createArgumentError(system, argument, `leave out refs/${kind}/ and write "${short}"`);
  if (/[\s:~^?[\\]|\.\.|@\{|\/\/|^\/|\/$|\.$/.test(value))
    throw createNameError(system, argument, value);
  return value;
}

function createNameError(system: string, argument: string, value: string): ArgumentError {
  return createArgumentError(system, argument, `${JSON.stringify(value)} is not a valid name`);
}

/** Returns the subject's part for the one member of `given` that is set. */
function chooseContext<Choices extends Record<string, string | true | undefined>>(
  system: string,
  given: Choices,
  parts: { readonly [Name in keyof Choices]: (value: string) => string },
): string {
  const names = Object.keys(given);
  const [chosen, second] = names.filter((name) => given[name] !== undefined);
  if (chosen === undefined || second !== undefined) {
    throw createArgumentError(
      system,
      names.join(" | "),
      `give one of these, so that it is clear whose runs are trusted${second === undefined ? "" : `, not ${chosen} and ${second}`}`,
    );
  }
  const value = String(given[chosen]);
  if (value === "" || value.trim() !== value) throw createNameError(system, chosen, value);
  return parts[chosen as keyof Choices](value); // `chosen` is a name in `given`.
}

function refuseStrangers(
  system: string,
  argument: string,
  problem: string,
  { allowStrangers }: Insistence,
): void {
  if (allowStrangers !== undefined && allowStrangers.trim() !== "") return;
  throw createArgumentError(
    system,
    argument,
    `${problem}. Name it exactly, or give the reason for trusting strangers: allowStrangers: "…"`,
  );
}

/**
 * The pattern is built immediately, so every part of it must be known: neither an Output nor the
 * text that an Output turns into.
 */
function refuseOutputs(system: string, wanted: object): void {
  for (const [argument, value] of Object.entries(wanted)) {
    if (!pulumi.Output.isInstance(value) && !(typeof value === "string" && holdsOutputNote(value)))
      continue;
    throw createArgumentError(
      system,
      argument,
      `trust takes plain texts, not an Output. Make it where the value is known: output.apply((value) => trust.${system}({ … }))`,
    );
  }
}

function createArgumentError(system: string, argument: string, problem: string): ArgumentError {
  return new ArgumentError(`trust.${system}`, argument, problem);
}
