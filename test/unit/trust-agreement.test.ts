/**
 * Who is a stranger: `check`, `trust`, the policy pack and the review's sentences give one answer,
 * whatever the subject.
 */

import { RunError } from "@pulumi/pulumi";
import fc from "fast-check";
import { expect, test } from "vitest";
import { platforms } from "../../provider/access/platforms";
import { describeUsers, isTrustWithin, judgeTrust } from "../../provider/access/trusted";
import { trust } from "../../provider/index";
import { policies } from "../../provider/policy";
import { providers } from "../providers";
import { runs } from "../runs";

const issuers = [
  "https://token.actions.githubusercontent.com",
  "https://token.actions.githubusercontent.com/acme-inc",
  "https://token.actions.acme.ghe.com",
  "https://github.example.com/_services/token",
  "https://gitlab.com",
  "https://gitlab.example.com",
  "https://oidc.eks.eu-west-1.amazonaws.com/id/0",
  "https://container.googleapis.com/v1/projects/p/locations/l/clusters/c",
  "https://api.pulumi.com/oidc",
  "https://app.terraform.io",
  "https://oidc.circleci.com/org/0",
  "https://api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc",
  "https://vstoken.dev.azure.com/0",
  "https://login.microsoftonline.com/0/v2.0",
  "https://0.tokens.sts.global.api.aws",
  "https://accounts.google.com",
  "https://agent.buildkite.com",
  "https://issuer.example.com",
];

/**
 * Pieces of real subjects, as they are, cut, and with stars: what people write and what they get
 * wrong.
 */
const pieces = [
  ...platforms.flatMap(({ examples }) => examples.flatMap((one) => one.split(/(?<=[:/@])/))),
  ...["*", "**", "acme", "acme*", "*acme", "@1", "@*", ":", "/", " ", "", "\u200b", "{0}:", "0"],
];

const subject = fc.oneof(
  fc.constantFrom(...platforms.flatMap(({ examples }) => examples)),
  fc
    .tuple(fc.constantFrom(...platforms.flatMap(({ examples }) => examples)), fc.nat(), fc.nat(4))
    .map(([example, at, cut]) => {
      const place = at % example.length;
      return `${example.slice(0, place)}*${example.slice(place + cut)}`;
    }),
  fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 7 }).map((some) => some.join("")),
);

const claims = fc.dictionary(
  fc.constantFrom(
    ...[
      "repository_owner",
      "repository",
      "actor",
      "project_path",
      "org",
      '"kubernetes.io".namespace',
    ],
    ...["email", "organization_slug", "ref"],
  ),
  fc.constantFrom("acme", "acme/app", "acme/*", "acme*", "*", "ci@acme.example"),
  { maxKeys: 2 },
);

const generated = fc.record({ issuer: fc.constantFrom(...issuers), subject, claims });

type Judge = (shown: object, report: (message: string) => void) => void;

const [rule] = policies().filter(({ name }) => name === "subject-names-its-owner");
const judge = rule?.validateResource as unknown as Judge; // Of the members of the engine it reads these.

function ruleReports(props: object): boolean {
  const messages: string[] = [];
  const type = "pulumi-nodejs:dynamic/tailscope:FederatedIdentity";
  judge({ type, urn: `urn:pulumi:dev::test::${type}::x`, name: "x", props }, (message) => {
    messages.push(message);
  });
  return messages.length > 0;
}

function refuses(make: () => unknown): boolean {
  try {
    make();
    return false;
  } catch (error) {
    expect(error).toBeInstanceOf(RunError);
    return true;
  }
}

test("trust, the policy pack, the review and the check agree on every subject, with or without claim rules", async () => {
  await fc.assert(
    fc.asyncProperty(generated, async ({ issuer, subject, claims }) => {
      fc.pre(subject !== "");
      const trusted = { issuer, subject, audience: "", claims };
      const { whose } = judgeTrust(trusted);
      const isInvisible = /\u200b/.test(subject);

      // The pack's rule.
      expect(ruleReports({ issuer, subject, customClaimRules: claims })).toBe(whose !== "owner");
      // `trust`, and what a written reason changes.
      const wanted = { issuer, subject, claims };
      expect(refuses(() => trust.generic(wanted))).toBe(whose !== "owner");
      expect(refuses(() => trust.generic({ ...wanted, allowStrangers: "because" }))).toBe(
        whose === "nobody" || isInvisible,
      );
      // The review's sentence.
      const sentence = describeUsers(trusted);
      expect(/^anybody (on|with)\b/.test(sentence)).toBe(whose === "strangers");
      expect(/^nobody\b/.test(sentence)).toBe(whose === "nobody");
      // `check`, which refuses what no token has. Whom it trusts is not for it to judge.
      const { failures = [] } =
        (await providers.FederatedIdentity.check?.(
          {},
          { issuer, subject, customClaimRules: claims, scopes: ["dns"] },
        )) ?? {};
      expect(failures.length > 0).toBe(whose === "nobody" || isInvisible);
    }),
    { numRuns: runs(3000) },
  );
});

test("a narrower pattern never lets strangers in if a wider one does not", () => {
  fc.assert(
    fc.property(generated, fc.nat(), ({ issuer, subject, claims }, at) => {
      const place = at % (subject.length + 1);
      const wide = { issuer, subject: `${subject.slice(0, place)}*`, audience: "", claims };
      const narrow = { issuer, subject, audience: "", claims };
      fc.pre(isTrustWithin(narrow, wide));
      if (judgeTrust(wide).whose === "owner")
        expect(judgeTrust(narrow).whose).not.toBe("strangers");
      if (judgeTrust(wide).whose === "nobody") expect(judgeTrust(narrow).whose).toBe("nobody");
    }),
    { numRuns: runs(3000) },
  );
});

test("the result of a function of trust names its owner, and with a written reason it always matches somebody", () => {
  const word = fc.constantFrom(
    "acme",
    "a-b",
    "x.y",
    "a*",
    "*",
    "1",
    "main",
    "refs/heads/main",
    "a b",
  );
  const makers = fc.oneof(
    fc
      .record({
        repository: fc.tuple(word, word).map((parts) => parts.join("/")),
        branch: word,
        host: fc.constantFrom(undefined, "github.com", "acme.ghe.com", "github.example.com"),
        enterprise: fc.constantFrom(undefined, "acme"),
        ids: fc.constantFrom({}, { ownerId: 1, repositoryId: 2 }),
      })
      .map(
        ({ ids, host, enterprise, ...wanted }) =>
          (more: object) =>
            trust.github({
              ...wanted,
              ...ids,
              ...more,
              ...(host && { host }),
              ...(enterprise && { enterprise }),
            }),
      ),
    fc
      .record({ project: fc.tuple(word, word).map((parts) => parts.join("/")), tag: word })
      .map((wanted) => (more: object) => trust.gitlab({ ...wanted, ...more })),
    fc
      .record({ namespace: word, serviceAccount: word })
      .map(
        (wanted) => (more: object) =>
          trust.kubernetes({ issuer: "https://cluster.example.com", ...wanted, ...more }),
      ),
  );
  let made = 0;
  fc.assert(
    fc.property(makers, fc.boolean(), (make, hasReason) => {
      let found: ReturnType<typeof make>;
      try {
        found = make(hasReason ? { allowStrangers: "because" } : {});
      } catch (error) {
        expect(error).toBeInstanceOf(RunError);
        return;
      }
      made++;
      const { whose } = judgeTrust({ ...found, audience: "", claims: {} });
      expect(hasReason ? ["owner", "strangers"] : ["owner"]).toContain(whose);
    }),
    { numRuns: runs(3000) },
  );
  expect(made).toBeGreaterThan(runs(3000) / 10);
});
