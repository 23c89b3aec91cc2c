/**
 * Identity tokens of AWS and Google Cloud, from their services played on loopback by a real server.
 */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { describeTokenOrigin, readIdentityToken } from "../../provider/api/auth/identity-token";
import { readConnection } from "../../provider/api/settings/connection";

const token = `e30.${Buffer.from(JSON.stringify({ exp: Math.floor(Date.now() / 1000) + 3600 })).toString("base64url")}.c2ln`;

const folder = mkdtempSync(join(tmpdir(), "tailscope-cloud-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly form: URLSearchParams;
}

type Answers = Record<string, (asked: Asked) => string | [number, string]>;

interface Cloud extends AsyncDisposable {
  /** Where all of its services answer. */
  readonly url: string;
  readonly asked: Asked[];
}

/**
 * Answers `"METHOD /path"`, or `"STS Action"` for STS; to all else 404. Google's server names
 * itself in each answer.
 */
async function startCloud(answers: Answers, isGoogle = false): Promise<Cloud> {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    const form = new URLSearchParams(text);
    const one = { method: request.method ?? "", url: request.url ?? "", headers: request.headers };
    asked.push({ ...one, form });
    const path = one.url.split("?")[0];
    const action = form.get("Action");
    const answer = answers[action === null ? `${one.method} ${path}` : `STS ${action}`];
    const given = answer?.({ ...one, form }) ?? ([404, "nothing here"] as const);
    const [status, content] = typeof given === "string" ? ([200, given] as const) : given;
    response.writeHead(status, isGoogle ? { "Metadata-Flavor": "Google" } : {}).end(content);
  }).listen(0, "127.0.0.1");
  await new Promise((listening) => server.once("listening", listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Nothing listens there. */
const nowhere = "127.0.0.1:9";

/** The environment on a machine of `cloud`, whose other services are not there. */
const on = (cloud: Pick<Cloud, "url">, which: "aws" | "google" | "container") => ({
  AWS_EC2_METADATA_SERVICE_ENDPOINT: which === "aws" ? cloud.url : `http://${nowhere}`,
  AWS_ENDPOINT_URL_STS: cloud.url,
  GCE_METADATA_HOST: which === "google" ? new URL(cloud.url).host : nowhere,
});

const identitySource = (environment: Record<string, string>) => {
  const { deployer } = readConnection(
    {
      TAILSCALE_OAUTH_CLIENT_ID: "T1CNTRL-k1CNTRL",
      TAILSCALE_AUDIENCE: "api.tailscale.com/T1CNTRL-k1CNTRL",
      ...environment,
    },
    () => undefined,
  );
  if (deployer.kind !== "identityToken") throw new Error(`another kind: ${deployer.kind}`);
  return deployer.identityToken;
};
const from = (environment: Record<string, string>) =>
  readIdentityToken(identitySource(environment));
const originOf = (environment: Record<string, string>) =>
  describeTokenOrigin(identitySource(environment));

const credentials = (name: string) =>
  JSON.stringify({
    Code: "Success",
    AccessKeyId: `AKID${name}`,
    SecretAccessKey: `secret-of-${name}`,
    Token: `session-of-${name}`,
    Expiration: "2030-01-01T00:00:00Z",
  });

const sts = (asked: Asked) =>
  asked.headers.authorization === undefined
    ? ([
        403,
        "<ErrorResponse><Error><Code>MissingAuthenticationToken</Code></Error></ErrorResponse>",
      ] as [number, string])
    : `<GetWebIdentityTokenResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetWebIdentityTokenResult><Expiration>2030-01-01T00:00:00Z</Expiration><WebIdentityToken>${token}</WebIdentityToken></GetWebIdentityTokenResult></GetWebIdentityTokenResponse>`;

const instance: Answers = {
  "PUT /latest/api/token": ({ headers }) =>
    headers["x-aws-ec2-metadata-token-ttl-seconds"] === undefined ? [400, ""] : "imds-session",
  "GET /latest/meta-data/placement/region": ({ headers }) =>
    headers["x-aws-ec2-metadata-token"] === "imds-session" ? "eu-central-1" : [401, ""],
  "GET /latest/meta-data/iam/security-credentials/": ({ headers }) =>
    headers["x-aws-ec2-metadata-token"] === "imds-session" ? "deployer" : [401, ""],
  "GET /latest/meta-data/iam/security-credentials/deployer": ({ headers }) =>
    headers["x-aws-ec2-metadata-token"] === "imds-session" ? credentials("Instance") : [401, ""],
  "STS GetWebIdentityToken": sts,
};

/** How STS was asked for the token, and with whose key. */
const toSts = (cloud: Cloud) =>
  cloud.asked
    .filter(({ form }) => form.get("Action") === "GetWebIdentityToken")
    .map(({ headers, form }) => ({
      credential: /Credential=(\S+)\/\d{8}\/(\S+),/.exec(headers.authorization ?? "")?.slice(1),
      session: headers["x-amz-security-token"],
      form: Object.fromEntries(form),
    }));

const asOfficial = {
  Action: "GetWebIdentityToken",
  Version: "2011-06-15",
  "Audience.member.1": "api.tailscale.com/T1CNTRL-k1CNTRL",
  SigningAlgorithm: "ES384",
  DurationSeconds: "300",
};

test("on an AWS instance, the audience is the only setting needed: the role comes from IMDSv2 and the token from STS", async () => {
  await using cloud = await startCloud(instance);
  expect(await from(on(cloud, "aws"))).toBe(token);
  expect(await originOf(on(cloud, "aws"))).toBe("AWS, for TAILSCALE_AUDIENCE");
  expect(toSts(cloud)).toEqual([
    {
      credential: ["AKIDInstance", "eu-central-1/sts/aws4_request"],
      session: "session-of-Instance",
      form: asOfficial,
    },
  ]);
});

test.each<[string, Record<string, string>, string[], string | undefined]>([
  [
    "variables, also for good",
    { AWS_ACCESS_KEY_ID: "AKIDKey", AWS_SECRET_ACCESS_KEY: "s", AWS_REGION: "us-east-1" },
    ["AKIDKey", "us-east-1/sts/aws4_request"],
    undefined,
  ],
  [
    "variables of a function",
    {
      AWS_LAMBDA_FUNCTION_NAME: "deploy",
      AWS_ACCESS_KEY_ID: "AKIDKey",
      AWS_SECRET_ACCESS_KEY: "s",
      AWS_SESSION_TOKEN: "of-lambda",
      AWS_DEFAULT_REGION: "us-east-1",
    },
    ["AKIDKey", "us-east-1/sts/aws4_request"],
    "of-lambda",
  ],
  [
    "a container of ECS or EKS, with its token in a file",
    {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: "URL/v1/credentials",
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file("pod-identity", "of-the-pod\n"),
      AWS_REGION: "us-east-1",
    },
    ["AKIDContainer", "us-east-1/sts/aws4_request"],
    "session-of-Container",
  ],
  [
    "a role for a web identity, as a pod of EKS has it",
    {
      AWS_WEB_IDENTITY_TOKEN_FILE: file("web-identity", "ey.of-the-pod.x\n"),
      AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/deployer",
      AWS_REGION: "us-east-1",
    },
    ["AKIDRole", "us-east-1/sts/aws4_request"],
    "session/of+role==",
  ],
])("AWS credentials are found in %s", async (_, environment, credential, session) => {
  await using cloud = await startCloud({
    ...instance,
    "GET /v1/credentials": ({ headers }) =>
      headers.authorization === "of-the-pod" ? credentials("Container") : [403, "no"],
    "STS AssumeRoleWithWebIdentity": ({ form, headers }) =>
      form.get("WebIdentityToken") === "ey.of-the-pod.x" && headers.authorization === undefined
        ? `<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>AKIDRole</AccessKeyId><SecretAccessKey>s/e+c</SecretAccessKey><SessionToken>session/of+role==</SessionToken></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`
        : [400, "<Error><Code>InvalidIdentityToken</Code></Error>"],
  });
  const own = Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, value.replace("URL", cloud.url)]),
  );
  expect(await from({ ...on(cloud, "container"), ...own })).toBe(token);
  expect(toSts(cloud)).toEqual([{ credential, session, form: asOfficial }]);
});

test("on Google Cloud, the audience is the only setting needed: the metadata server issues the token", async () => {
  await using cloud = await startCloud(
    {
      "GET /": () => "computeMetadata/",
      "GET /computeMetadata/v1/instance/service-accounts/default/identity": ({ headers }) =>
        headers["metadata-flavor"] === "Google" ? `${token}\n` : [403, ""],
    },
    true,
  );
  // A key of AWS may lie about anywhere; this runs on Google Cloud.
  const environment = {
    ...on(cloud, "google"),
    AWS_ACCESS_KEY_ID: "AKIDKey",
    AWS_SECRET_ACCESS_KEY: "s",
    AWS_REGION: "us-east-1",
  };
  expect(await from(environment)).toBe(token);
  expect(await originOf(environment)).toBe("Google Cloud, for TAILSCALE_AUDIENCE");
  expect(cloud.asked.map(({ url }) => url)).toContain(
    "/computeMetadata/v1/instance/service-accounts/default/identity?audience=api.tailscale.com%2FT1CNTRL-k1CNTRL&format=full",
  );
  expect(cloud.asked.some(({ form }) => form.has("Action"))).toBe(false);
});

test("a metadata server that fails briefly is asked again", async () => {
  let asked = 0;
  await using cloud = await startCloud(
    {
      "GET /": () => "",
      "GET /computeMetadata/v1/instance/service-accounts/default/identity": () =>
        ++asked === 1 ? [503, "later"] : token,
    },
    true,
  );
  expect(await from(on(cloud, "google"))).toBe(token);
});

test("a machine that resembles a Google machine but does not identify itself is not treated as one", async () => {
  await using cloud = await startCloud({ "GET /": () => "an OpenStack" });
  await expect(from(on(cloud, "google"))).rejects.toThrow(
    "Google Cloud: no metadata server answers",
  );
});

test("the GitHub Actions runner takes precedence over the cloud that it runs on, and a service that fails briefly is asked again", async () => {
  let asked = 0;
  await using cloud = await startCloud({
    ...instance,
    "GET /token": () => (++asked === 1 ? [503, "later"] : JSON.stringify({ value: token })),
  });
  const runner = {
    ACTIONS_ID_TOKEN_REQUEST_URL: `${cloud.url}/token`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: "job",
  };
  expect(await from({ ...on(cloud, "aws"), ...runner })).toBe(token);
  expect(cloud.asked.map(({ url }) => url.split("?")[0])).toEqual(["/token", "/token"]);
});

test("if no platform can issue an identity token, the message names what each platform lacks", async () => {
  const environment = on({ url: `http://${nowhere}` }, "aws");
  const nothing = from(environment);
  await expect(nothing).rejects.toThrow(
    "TAILSCALE_AUDIENCE needs an identity token from the platform, but no supported platform was found:\n" +
      "    GitHub Actions: this is not one of its jobs\n" +
      "    AWS: no instance metadata service answers, and no variable of a container or of credentials is set\n" +
      "    Google Cloud: no metadata server answers\n" +
      "  Run it on one of them, or set TAILSCALE_IDENTITY_TOKEN or TAILSCALE_IDENTITY_TOKEN_FILE.",
  );
  await expect(from({ ...environment, GITHUB_ACTIONS: "true" })).rejects.toThrow(
    "GitHub Actions: the job may have none; it needs `permissions: { id-token: write }`",
  );
  await expect(
    from({ ...environment, AWS_EC2_METADATA_DISABLED: "true", NO_GCE_CHECK: "true" }),
  ).rejects.toThrow("no supported platform was found");
});

const refused = (code: string, message: string): [number, string] => [
  403,
  `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
];

test.each<[string, Answers, Record<string, string>, string]>([
  [
    "an account that does not allow it",
    {
      "STS GetWebIdentityToken": () =>
        refused("OutboundWebIdentityFederationDisabledException", "not enabled"),
    },
    {},
    "AWS gave no identity token for the instance's role deployer: STS refused with OutboundWebIdentityFederationDisabledException: not enabled.\n  The account must allow it once: `aws iam enable-outbound-web-identity-federation`.",
  ],
  [
    "a role that may not",
    {
      "STS GetWebIdentityToken": () =>
        refused("AccessDenied", "User: arn:aws:sts::1:x is not authorized"),
    },
    {},
    "STS refused with AccessDenied: User: arn:aws:sts::1:x is not authorized.\n  The role or user needs the permission sts:GetWebIdentityToken.",
  ],
  [
    "an answer without a token",
    { "STS GetWebIdentityToken": () => "<x/>" },
    {},
    "STS answered without WebIdentityToken.",
  ],
  [
    "an instance without a role",
    { "GET /latest/meta-data/iam/security-credentials/": () => [404, ""] },
    {},
    "AWS gave no identity token: /latest/meta-data/iam/security-credentials/ failed with status 404.\n  Give the program credentials of AWS",
  ],
  [
    "credentials without a token",
    {
      "GET /latest/meta-data/iam/security-credentials/deployer": () =>
        JSON.stringify({ AccessKeyId: "a", SecretAccessKey: "SECRETSECRET" }),
    },
    {},
    "its answer has no Token.",
  ],
  [
    "credentials that are not JSON",
    { "GET /latest/meta-data/iam/security-credentials/deployer": () => "SECRETSECRET" },
    {},
    "its answer is not JSON.",
  ],
  [
    "no region",
    { "GET /latest/meta-data/placement/region": () => [404, ""] },
    {},
    "AWS gave no identity token: the region is not known.\n  Set AWS_REGION",
  ],
  [
    "an invalid region",
    {},
    { AWS_REGION: "evil.example.com/" },
    "AWS_REGION is not the name of a region.",
  ],
  [
    "a missing file of a web identity",
    {},
    { AWS_WEB_IDENTITY_TOKEN_FILE: "/nowhere", AWS_ROLE_ARN: "arn:aws:iam::1:role/x" },
    "AWS gave no identity token: the file of AWS_WEB_IDENTITY_TOKEN_FILE cannot be read: ENOENT",
  ],
  [
    "container credentials from elsewhere in plaintext",
    {},
    { AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://credentials.example.com/" },
    "AWS_CONTAINER_CREDENTIALS_FULL_URI is neither https nor an address of this machine or its own link",
  ],
  [
    "container credentials of another host by a relative address",
    {},
    { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: "//credentials.example.com/" },
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is neither https nor",
  ],
  [
    "STS in plaintext",
    {},
    { AWS_ENDPOINT_URL_STS: "http://sts.example.com" },
    "AWS_ENDPOINT_URL_STS is neither https nor",
  ],
  [
    "a metadata service elsewhere",
    {},
    { AWS_EC2_METADATA_SERVICE_ENDPOINT: "http://imds.example.com" },
    "AWS_EC2_METADATA_SERVICE_ENDPOINT is neither https nor",
  ],
  [
    "Google's metadata server elsewhere",
    {},
    { GCE_METADATA_HOST: "metadata.example.com" },
    "GCE_METADATA_HOST is neither https nor",
  ],
])(
  "with %s, the message says why there is no identity token",
  async (_, answers, environment, message) => {
    await using cloud = await startCloud({ ...instance, ...answers });
    const failing = from({ ...on(cloud, "aws"), ...environment });
    await expect(failing).rejects.toThrow(message);
    await expect(failing).rejects.toThrow(/\n {2}\S/);
    await expect(failing).rejects.not.toThrow(/SECRETSECRET|secret-of|session-of/);
  },
);

test("if Google's metadata server has no service account, the message says so", async () => {
  await using cloud = await startCloud({ "GET /": () => "" }, true);
  await expect(from(on(cloud, "google"))).rejects.toThrow(
    "Google Cloud's metadata server gave no identity token: /computeMetadata/v1/instance/service-accounts/default/identity failed with status 404.\n  Check that",
  );
});
