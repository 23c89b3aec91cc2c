/** What the facts are known from. Every source is public. */

import type { Source } from "./fact.ts";

function issue(repository: string, number: number, date: string, kind = "issues"): Source {
  return {
    name: `${repository}#${number}`,
    url: `https://github.com/${repository}/${kind}/${number}`,
    date,
    weight: "reported",
  };
}

const pull = (repository: string, number: number, date: string) =>
  issue(repository, number, date, "pull");

export const sources = {
  apiDocument: {
    name: "Tailscale's API document",
    url: "https://tailscale.com/api",
    date: "2026-07-13",
    weight: "Tailscale",
  },
  trustCredentials: {
    name: "Tailscale's page on trust credentials",
    url: "https://tailscale.com/kb/1623/trust-credentials",
    date: "2026-09-03",
    weight: "Tailscale",
  },
  oauthClients: {
    name: "Tailscale's page on OAuth clients",
    url: "https://tailscale.com/kb/1215/oauth-clients",
    date: "2026-09-03",
    weight: "Tailscale",
  },
  workloadIdentity: {
    name: "Tailscale's page on workload identity",
    url: "https://tailscale.com/kb/1581/workload-identity-federation",
    date: "2026-01-30",
    weight: "Tailscale",
  },
  goClient: {
    name: "Tailscale's Go client, v2.12.0",
    url: "https://pkg.go.dev/tailscale.com/client/tailscale/v2",
    date: "2026-10-09",
    weight: "Tailscale",
  },
  terraformProvider: {
    name: "Tailscale's Terraform provider and its acceptance tests",
    url: "https://github.com/tailscale/terraform-provider-tailscale",
    date: "2026-06-29",
    weight: "Tailscale",
  },
  tailscaleSource: {
    name: "Tailscale's own client program",
    url: "https://github.com/tailscale/tailscale",
    date: "2026-08-22",
    weight: "Tailscale",
  },
  tailscaleStaff14286: {
    name: "Tailscale's staff in tailscale/tailscale#14286",
    url: "https://github.com/tailscale/tailscale/pull/14286",
    date: "2024",
    weight: "Tailscale",
  },
  changelog: {
    name: "Tailscale's changelog",
    url: "https://tailscale.com/changelog",
    date: "2026-07-23",
    weight: "Tailscale",
  },
  tailscale2otel: {
    name: "tailscale2otel: an audit log and CI runs of a real tailnet",
    url: "https://github.com/rknightion/tailscale2otel",
    date: "2026-08-14",
    weight: "measured",
  },
  ansible: {
    name: "ansible-tailscale-admin: answers of a real tailnet",
    url: "https://github.com/abn/ansible-tailscale-admin",
    date: "2026-09-28",
    weight: "measured",
  },
  openConnector: {
    name: "open-connector: token requests to the real API",
    url: "https://github.com/oomol-lab/open-connector/pull/129",
    date: "2026-07-16",
    weight: "measured",
  },
  identityPlatform: {
    name: "chidionyema/idp: a pipeline on a real tailnet",
    url: "https://github.com/chidionyema/idp",
    date: "2026-09-03",
    weight: "measured",
  },
  trustCredentialsInConsole: pull("tuist/tuist", 12405, "2026-08-17"),
  adminRefusedAll: issue("tailscale/tailscale", 7817, "2023"),
  narrowedAllLosesTags: issue("tailscale/tailscale", 8299, "2023-09-25"),
  fiveScopesForOne: issue("tailscale/tailscale", 15456, "2025-03-28"),
  keysNotInConsole: issue("tailscale/tailscale", 15332, "2025"),
  rateLimits: issue("tailscale/tailscale", 14328, "2024"),
  wrongTailnet: issue("tailscale/terraform-provider-tailscale", 206, "2023-02-23"),
  longDescription: issue("tailscale/terraform-provider-tailscale", 320, "2024-01-12"),
  exactTags: issue("tailscale/terraform-provider-tailscale", 437, "2024-09-24"),
  underscore: issue("tailscale/terraform-provider-tailscale", 506, "2025"),
  emptyCredentials: issue("tailscale/gitops-acl-action", 33, "2024-02-02"),
  legacyScopesPage: pull("tailscale/gitops-acl-action", 50, "2025-02-13"),
  olderScopeRefused: issue("adinhodovic/tailscale-exporter", 34, "2025-10-12"),
} as const satisfies Record<string, Source>;
