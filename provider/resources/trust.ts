/**
 * Whose identity tokens to trust: `issuer`, `subject` and claim rules of a {@link FederatedIdentity}, made for the systems that
 * most teams deploy from. Narrow: a pattern that would let a stranger in is refused, and who wants it all the same writes down why.
 *
 * Sources: https://docs.github.com/en/actions/reference/security/oidc,
 * https://docs.gitlab.com/ci/secrets/id_token_authentication/,
 * https://kubernetes.io/docs/concepts/security/service-accounts/
 */

import * as pulumi from "@pulumi/pulumi";

/** What a {@link FederatedIdentity} takes of it: `{ ...trust.github({ … }), scopes: [ … ] }`. */
export interface Trust {
  readonly issuer: string;
  readonly subject: string;
  readonly customClaimRules?: Readonly<Record<string, string>>;
}

interface Insistence {
  /**
   * Why people outside your organisation may use the identity: a sentence, for whoever reviews this. Without it a pattern that
   * lets them in is refused.
   */
  allowStrangers?: string;
}

export interface GithubTrust extends Insistence {
  /** `"OWNER/REPOSITORY"`. */
  repository: string;
  /**
   * The owner's and the repository's numbers, for GitHub's immutable subjects, which repositories made after 2026-07-15 have:
   * `gh api repos/OWNER/REPOSITORY --jq '.owner.id, .id'`. Give both or none.
   */
  ownerId?: number;
  repositoryId?: number;
  /** Runs on this branch; `*` stands for any characters. Give one of `branch`, `environment`, `tag` and `pullRequest`. */
  branch?: string;
  /** Runs that deploy to this environment, with its protection rules. */
  environment?: string;
  /** Runs for this git tag; `*` stands for any characters. */
  tag?: string;
  /** Runs for pull requests, whoever opened them. */
  pullRequest?: true;
}

export interface GitlabTrust extends Insistence {
  /** `"GROUP/PROJECT"`, with subgroups where there are some. */
  project: string;
  /** Pipelines on this branch; `*` stands for any characters. Give one of `branch` and `tag`. */
  branch?: string;
  /** Pipelines for this git tag; `*` stands for any characters. */
  tag?: string;
  /** @default `"https://gitlab.com"` */
  issuer?: string;
}

export interface KubernetesTrust extends Insistence {
  /** The cluster's issuer of service-account tokens: `kubectl get --raw /.well-known/openid-configuration`. */
  issuer: string;
  namespace: string;
  serviceAccount: string;
}

export interface GenericTrust extends Insistence {
  issuer: string;
  /** What `sub` must be; `*` stands for any characters. */
  subject: string;
  /** What further claims must be. */
  claims?: Readonly<Record<string, string>>;
}

/** Makers of trust, one for each system. Each throws RunError where the pattern is wrong or would let a stranger in. */
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
   */
  github(wanted: GithubTrust): Trust {
    const { repository, ownerId, repositoryId, branch, environment, tag, pullRequest } = wanted;
    const [owner, name, more] = repository.split("/");
    if (!owner || !name || more !== undefined)
      throw wrong(
        "github",
        "repository",
        `${JSON.stringify(repository)} is no repository: write "OWNER/REPOSITORY"`,
      );
    if (repository.includes("*"))
      refuseStrangers(
        "github",
        "repository",
        `"${repository}" trusts repositories that do not exist yet, whoever makes them`,
        wanted,
      );
    if (repository.includes(":") || repository.includes("@"))
      throw wrong(
        "github",
        "repository",
        `${JSON.stringify(repository)} has a character that no repository's name has`,
      );
    if ((ownerId === undefined) !== (repositoryId === undefined)) {
      throw wrong(
        "github",
        ownerId === undefined ? "ownerId" : "repositoryId",
        "is missing: an immutable subject has both numbers. `gh api repos/OWNER/REPOSITORY --jq '.owner.id, .id'` prints them",
      );
    }
    if (pullRequest) {
      refuseStrangers(
        "github",
        "pullRequest",
        "trusts the runs of pull requests, and anybody can open one from a fork",
        wanted,
      );
    }
    const context = oneOf(
      "github",
      { branch, environment, tag, pullRequest },
      {
        branch: (value) => `ref:refs/heads/${value}`,
        environment: (value) => `environment:${value}`,
        tag: (value) => `ref:refs/tags/${value}`,
        pullRequest: () => "pull_request",
      },
    );
    const where =
      ownerId === undefined ? repository : `${owner}@${ownerId}/${name}@${repositoryId}`;
    return {
      issuer: "https://token.actions.githubusercontent.com",
      subject: `repo:${where}:${context}`,
    };
  },

  /** Pipelines of GitLab. */
  gitlab(wanted: GitlabTrust): Trust {
    const { project, branch, tag, issuer = "https://gitlab.com" } = wanted;
    if (!/^[^/:]+(\/[^/:]+)+$/.test(project))
      throw wrong(
        "gitlab",
        "project",
        `${JSON.stringify(project)} is no project: write "GROUP/PROJECT"`,
      );
    if (project.includes("*"))
      refuseStrangers(
        "gitlab",
        "project",
        `"${project}" trusts projects that do not exist yet, whoever makes them`,
        wanted,
      );
    const context = oneOf(
      "gitlab",
      { branch, tag },
      {
        branch: (value) => `ref_type:branch:ref:${value}`,
        tag: (value) => `ref_type:tag:ref:${value}`,
      },
    );
    return { issuer, subject: `project_path:${project}:${context}` };
  },

  /** Pods of a Kubernetes cluster that run as one service account. */
  kubernetes(wanted: KubernetesTrust): Trust {
    const { issuer, namespace, serviceAccount } = wanted;
    for (const [argument, value] of Object.entries({ namespace, serviceAccount })) {
      if (value.includes("*"))
        refuseStrangers(
          "kubernetes",
          argument,
          `"${value}" trusts whoever may make one of that name in the cluster`,
          wanted,
        );
      else if (!/^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/.test(value))
        throw wrong(
          "kubernetes",
          argument,
          `${JSON.stringify(value)} is no Kubernetes name: write lower-case letters, digits and hyphens`,
        );
    }
    return { issuer, subject: `system:serviceaccount:${namespace}:${serviceAccount}` };
  },

  /** Any other issuer of identity tokens. */
  generic(wanted: GenericTrust): Trust {
    const { issuer, subject, claims } = wanted;
    if (/^[^:/]*\*/.test(subject)) {
      refuseStrangers(
        "generic",
        "subject",
        `"${subject}" has a * before anything that says whose token it is`,
        wanted,
      );
    }
    return { issuer, subject, ...(claims !== undefined && { customClaimRules: claims }) };
  },
};

/** The subject's part for the one of `given` that is there. */
function oneOf<Choices extends Record<string, string | true | undefined>>(
  system: string,
  given: Choices,
  parts: { readonly [Name in keyof Choices]: (value: string) => string },
): string {
  const names = Object.keys(given);
  const [chosen, second] = names.filter((name) => given[name] !== undefined);
  if (chosen === undefined || second !== undefined) {
    throw wrong(
      system,
      names.join(" | "),
      `give one of these, so that it is clear whose runs are trusted${second === undefined ? "" : `, not ${chosen} and ${second}`}`,
    );
  }
  const value = String(given[chosen]);
  if (value === "" || /[\s:]/.test(value))
    throw wrong(system, chosen, `${JSON.stringify(value)} is no name of one`);
  return parts[chosen as keyof Choices](value); // One of the names of `given`, of which it is made.
}

function refuseStrangers(
  system: string,
  argument: string,
  problem: string,
  { allowStrangers }: Insistence,
): void {
  if (allowStrangers !== undefined && allowStrangers.trim() !== "") return;
  throw wrong(
    system,
    argument,
    `${problem}. Name it exactly, or write down why that is right: allowStrangers: "…"`,
  );
}

function wrong(system: string, argument: string, problem: string): pulumi.RunError {
  return new pulumi.RunError(`trust.${system}: ${argument}: ${problem}.`);
}
