/**
 * examples/review as GitHub and GitLab run it, both on loopback: one job previews with the branch's
 * code and a deployer that only reads, another judges. The second one installs tailscope for real,
 * from a commit of this repository and npm's registry.
 */

import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Emulator, startEmulator } from "tailscope-emulator";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { compileCache } from "../../harness/quick-start";
import { as } from "../contract/client";
import { type Platform, startPlatform } from "../contract/platform";
import { actionRepository, commitAll, installTool, packages } from "./action-repository";
import { type Machine, type RanJob, runJob, type Workflow } from "./github-runner";
import { type GitlabJob, type GitlabRun, runGitlabJob } from "./gitlab-runner";
import { hostileName, installPackages, takeOver } from "./hostile-branch";
import { type Registry, startRegistry } from "./npm-registry";
import { pipeline, restoreCache } from "./pipeline";

const root = fileURLToPath(new URL("../..", import.meta.url));
const read = (name: string) => readFileSync(join(root, "examples/review", name), "utf8");
const previewing = parse(read("github-preview.yml")) as Workflow;
const reviewing = parse(read("github-review.yml")) as Workflow;

const token = "ghs_of_this_job_0123456789";
const head = "0123456789abcdef0123456789abcdef01234567";
const repository = { id: 1, full_name: "acme/infrastructure" };
const fork = { id: 2, full_name: "mallory/infrastructure" };
const reading = [
  "oauth_keys:read",
  "federated_keys:read",
  "auth_keys:read",
  "policy_file:read",
  "devices:core:read",
  "devices:posture_attributes:read",
];

const folder = mkdtempSync(join(tmpdir(), "tailscope-review-"));
const action = join(folder, "action");
/** The same one, but that it is installed already, for tests of what comes after. */
const installed = join(folder, "installed");
let registry: Registry;
/** Its one commit, and that of the installed one. */
let commit: string;
let installedCommit: string;

beforeAll(async () => {
  registry = await startRegistry(packages);
  commit = actionRepository(action, registry);
  cpSync(action, installed, { recursive: true });
  const [script, tool] = [join(installed, "actions/review/install.sh"), join(folder, "tool")];
  installTool(tool);
  writeFileSync(script, `mkdir -p "$(dirname "$1")"\nln -s '${tool}' "$1"\n`);
  installedCommit = commitAll(installed);
});
afterAll(async () => {
  await registry?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** An identity that may read, as examples/ci-deployments makes it. */
async function previewer(
  emulator: Emulator,
  issuer: string,
  subject: string,
): Promise<{ id: string; audience: string }> {
  const made = await as(emulator, emulator.apiKey)("POST", "/keys", {
    keyType: "federated",
    issuer,
    subject,
    scopes: reading,
  });
  return made.body;
}

/**
 * What a runner has that reviews: Node and npm, and whatever a job before it left in the home
 * folder.
 */
const reviewer = (home: string): Record<string, string> => ({
  PATH: [join(root, "node_modules/node/bin"), process.env["PATH"]].join(delimiter),
  HOME: home,
  NPM_CONFIG_REGISTRY: registry.url,
  NODE_COMPILE_CACHE: compileCache,
});

/** GitHub on loopback: artifacts go from one run to another, and nothing else does. */
function github(platform: Platform, home: string, tailscope = installed) {
  const artifacts = mkdtempSync(join(folder, "artifacts-"));
  const nothing = () => {};
  const machine: Machine = {
    folder,
    environment: {
      ...reviewer(home),
      GITHUB_API_URL: platform.url,
      GITHUB_SERVER_URL: "https://github.example.com",
      GITHUB_RUN_ID: "2",
    },
    actions: { "OWNER/tailscope": tailscope },
    standIns: {
      "actions/setup-node": nothing,
      "actions/cache": nothing,
      "pulumi/auth-actions": nothing,
      "github/codeql-action/upload-sarif": nothing,
      "actions/download-artifact": (given) => {
        const { name = "", path = "", "run-id": run = "", "github-token": reader } = given;
        expect(reader).toBe(token);
        cpSync(join(artifacts, run, name), path, { recursive: true, verbatimSymlinks: true });
      },
    },
  };
  /** Runs the second workflow, after a run of the first that ended like this. */
  const review = (
    conclusion: string,
    given: Record<string, string> = {},
    more: { event?: string; head_repository?: object } = {},
  ) => {
    const job = structuredClone(reviewing);
    Object.assign(job.jobs["review"]?.steps[0]?.with ?? {}, given);
    const pull_requests = [{ number: 7, head: { sha: head }, base: { repo: { id: 1 } } }];
    const event = {
      repository,
      workflow_run: {
        id: 1,
        conclusion,
        event: "pull_request",
        head_sha: head,
        head_branch: "feature",
        head_repository: repository,
        pull_requests,
        ...more,
      },
    };
    const contexts = {
      github: {
        event_name: "workflow_run",
        event,
        repository: repository.full_name,
        token,
        run_id: "2",
      },
      vars: { PULUMI_STACK: "dev" },
    };
    return runJob(machine, job, "review", contexts);
  };
  return { machine, artifacts, review };
}

type Pipeline = Awaited<ReturnType<typeof pipeline>>;

/** The first workflow, on the checkout in `ci.work`. */
async function preview(
  ci: Pipeline,
  artifacts: string,
  id: string,
  { from = repository, compiler = "stand-in" as "real" | "stand-in" } = {},
) {
  const earlier = join(artifacts, "1");
  if (existsSync(earlier)) renameSync(earlier, mkdtempSync(join(artifacts, "earlier-")));
  const checkOut = (workspace: string) => {
    cpSync(ci.work, workspace, {
      recursive: true,
      filter: (path) => !path.endsWith("node_modules"),
    });
    installPackages(workspace, compiler);
  };
  const nothing = () => {};
  const machine: Machine = {
    folder,
    environment: { ...ci.environment, ...ci.runner },
    actions: {},
    standIns: {
      "actions/checkout": (given, { workspace }) => {
        expect(given).toEqual({ "persist-credentials": "false" });
        checkOut(workspace);
      },
      "actions/setup-node": nothing,
      "actions/cache": ({ path = "" }) => restoreCache(path),
      "pulumi/auth-actions": nothing,
      "actions/upload-artifact": ({ name = "", path = "" }, { workspace }) => {
        cpSync(join(workspace, path), join(artifacts, "1", name, path));
      },
    },
  };
  const event = { pull_request: { number: 7, head: { sha: head, repo: from } } };
  const contexts = {
    github: {
      event_name: "pull_request",
      event,
      repository: repository.full_name,
      ref: "refs/pull/7/merge",
    },
    vars: { PULUMI_STACK: "dev", TAILSCALE_PREVIEWER_ID: id },
  };
  return runJob(machine, previewing, "preview", contexts);
}

function ranStep(job: RanJob | undefined, name: string) {
  const step = job?.steps.find((one) => one.name === name);
  if (step === undefined) throw new Error(`There is no step ${name} in ${JSON.stringify(job)}`);
  return step;
}

const textOf = (job: RanJob | undefined) => job?.steps.map(({ text }) => text).join("\n") ?? "";

test("GitHub: a pull request gets a comment, a status, a summary and findings, and a hostile branch cannot change the verdict on it", async () => {
  await using emulator = await startEmulator();
  await using ci = await pipeline(emulator);
  await using platform = await startPlatform("github", token);
  const subject = "repo:acme/infrastructure:pull_request";
  const { id } = await previewer(emulator, "https://token.actions.githubusercontent.com", subject);
  ci.subject = subject;
  const { artifacts, machine, review } = github(platform, ci.folder);

  // An honest branch, whose change is let through.
  const honest = await preview(ci, artifacts, id, { compiler: "real" });
  expect(honest?.failed, textOf(honest)).toBe(false);
  const first = await review("success");
  expect(first?.failed, textOf(first)).toBe(false);
  expect(first?.outputs).toEqual({ verdict: "persist" });
  expect(platform.notes).toHaveLength(1);
  expect(platform.notes[0]?.body).toMatch(
    /^<!-- tailscope review tailscope-quickstart\/dev -->\n### Access to the tailnet, `tailscope-quickstart\/dev`: persists\n/,
  );
  expect(first?.summary).toBe(platform.notes[0]?.body);
  const status = {
    commit: head,
    context: "tailscope/tailscope-quickstart/dev",
    target_url: "https://github.example.com/acme/infrastructure/actions/runs/2",
  };
  expect(platform.statuses).toEqual([
    { ...status, state: "success", description: expect.stringContaining("2 credentials change") },
  ]);
  const upload = ranStep(first, "Upload to code scanning").with;
  expect(upload).toMatchObject({
    category: "tailscope/tailscope-quickstart/dev",
    ref: "refs/pull/7/head",
    sha: head,
  });
  // The line of the program that makes the client, so that the finding stands beside it.
  const sarif = JSON.parse(readFileSync(upload["sarif_file"] ?? "", "utf8"));
  expect(sarif.runs[0].results[0].locations[0].physicalLocation).toMatchObject({
    artifactLocation: { uri: "index.ts" },
  });

  // A branch that gains everything and lies wherever it can. The runner is used again, with the
  // home folder that it left.
  const honestProgram = readFileSync(join(ci.work, "index.ts"));
  const [honestPackage] = [readFileSync(join(ci.work, "package.json"))];
  takeOver(ci.work);
  const hostile = await preview(ci, artifacts, id);
  expect(hostile?.failed, textOf(hostile)).toBe(false);
  const seen = readFileSync(join(ci.folder, "seen.json"), "utf8");
  expect(seen).toContain("ACTIONS_ID_TOKEN_REQUEST_TOKEN");
  for (const secret of [token, "GITHUB_TOKEN"]) expect(seen).not.toContain(secret);

  // The job that judges it installs tailscope for real: what the lock file names, without scripts.
  machine.actions["OWNER/tailscope"] = action;
  registry.asked.length = 0;
  const second = await review("success");
  machine.actions["OWNER/tailscope"] = installed;
  expect([...new Set(registry.asked)].sort()).toEqual(Object.keys(packages).sort());
  expect(second?.failed).toBe(true);
  expect(second?.outputs).toEqual({ verdict: "admin" });
  expect(ranStep(second, "Decide").text).toContain(
    "::error::The change gives admin, and fail-on is admin.",
  );
  expect(textOf(second)).not.toContain("No credential changes.");
  expect(platform.statuses.at(-1)).toMatchObject({ ...status, state: "failure" });
  expect(platform.notes).toHaveLength(1);
  expect(platform.notes[0]?.body).toContain(`: admin\n`);
  expect(platform.notes[0]?.body).toContain(hostileName);

  // A program that cannot be previewed: the first job says why, and the second one lets no older
  // verdict stand.
  rmSync(join(ci.folder, ".npmrc")); // npx of the job that previews obeys it.
  rmSync(join(ci.work, "index.js"));
  writeFileSync(join(ci.work, "package.json"), honestPackage);
  writeFileSync(
    join(ci.work, "index.ts"),
    String(honestProgram).replace('"auth_keys"', '"auth_key" as "auth_keys"'),
  );
  const broken = await preview(ci, artifacts, id);
  expect(broken?.failed).toBe(true);
  expect(ranStep(broken, "Preview").text).toContain('Did you mean "auth_keys"?');
  const third = await review("failure");
  expect(third?.failed).toBe(true);
  expect(ranStep(third, "Decide").text).toContain("::error::The preview was not reviewed.");
  expect(platform.statuses.at(-1)).toMatchObject({
    state: "failure",
    description: "The preview failed: the log of its job says why.",
  });
  expect(platform.notes).toHaveLength(1);
  expect(platform.notes[0]?.body).toContain("not reviewed");

  // A fork's run previews nothing, and nothing follows it.
  expect(await preview(ci, artifacts, id, { from: fork })).toBeUndefined();
  expect(await review("skipped", {}, { head_repository: fork })).toBeUndefined();
  expect(await review("success", {}, { event: "push" })).toBeUndefined();
  expect(await review("cancelled")).toBeUndefined();

  for (const job of [first, second, third]) expect(textOf(job)).not.toContain(token);
  // Nothing was changed by any of it.
  expect(emulator.control.activeCredentials().map((key) => key.id)).toEqual([id]);
});

/** An artifact of the first run, put there by whoever had that run's token. */
function poisoned(artifacts: string, files: (at: (name: string) => string) => void): void {
  const target = join(artifacts, "1", "tailscope-preview");
  mkdirSync(target, { recursive: true });
  files((name) => join(target, name));
}

const harmless = JSON.stringify({ steps: [], changeSummary: {} });

test.for<[what: string, make: (at: (name: string) => string) => void, description: string]>([
  ["none at all", () => {}, "There is no preview to review."],
  [
    "a link to a file of the runner's",
    (at) => symlinkSync("/etc/passwd", at("preview.json")),
    "There is no preview to review.",
  ],
  [
    "a folder of that name",
    (at) => mkdirSync(at("preview.json")),
    "There is no preview to review.",
  ],
  [
    "a file too large to read",
    (at) => writeFileSync(at("preview.json"), Buffer.alloc((64 << 20) + 1, " ")),
    "The preview has more than 67108864 bytes.",
  ],
  [
    "what is no preview",
    (at) => writeFileSync(at("preview.json"), "::set-output name=code::0\n"),
    "The preview cannot be reviewed: the log of this job says why.",
  ],
])(
  "GitHub: an artifact with %s fails, and a message replaces the earlier comment",
  async ([, make, description]) => {
    await using platform = await startPlatform("github", token);
    const home = mkdtempSync(join(folder, "home-"));
    const { artifacts, review } = github(platform, home);
    poisoned(artifacts, make);
    const job = await review("success");
    expect(job?.failed, textOf(job)).toBe(true);
    expect(platform.statuses).toMatchObject([{ state: "failure", description }]);
    expect(platform.notes.map(({ body }) => body)).toEqual([
      `<!-- tailscope review tailscope-quickstart/dev -->\n### Access to the tailnet, \`tailscope-quickstart/dev\`: not reviewed\n\n**${description}**\n`,
    ]);
  },
);

test("GitHub: other files in the artifact are ignored, and no input is run as a command", async () => {
  await using platform = await startPlatform("github", token);
  const home = mkdtempSync(join(folder, "home-"));
  const { artifacts, review } = github(platform, home);
  const lied = join(home, "lied");
  const lie = `require("node:fs").writeFileSync(${JSON.stringify(lied)}, "");`;
  poisoned(artifacts, (at) => {
    writeFileSync(at("preview.json"), harmless);
    writeFileSync(at(".npmrc"), "registry=http://127.0.0.1:9\n");
    writeFileSync(at("package.json"), '{"type":"module","scripts":{"prepare":"false"}}');
    for (const path of [
      "node_modules/tailscope/dist/cli/main.js",
      "node_modules/zod/index.js",
      "dist/cli/main.js",
    ]) {
      mkdirSync(dirname(at(path)), { recursive: true });
      writeFileSync(at(path), lie);
    }
  });
  const job = await review("success");
  expect(job?.failed, textOf(job)).toBe(false);
  expect(platform.statuses).toMatchObject([{ state: "success" }]);

  const command = `$(touch ${lied})`;
  for (const given of [
    { stack: `dev"; ${command}; "` },
    { project: command },
    { "fail-on": command },
  ]) {
    const refused = await review("success", given);
    expect(refused?.failed).toBe(true);
  }
  await review("success", { folder: `"; ${command}; '` });
  expect(() => readFileSync(lied)).toThrow("ENOENT");
});

test("GitHub: the branch's policy file is only data, and is compared with the base's", async () => {
  await using platform = await startPlatform("github", token);
  const home = mkdtempSync(join(folder, "home-"));
  const { artifacts, review } = github(platform, home);
  const owned = (owners: string[]) =>
    JSON.stringify({
      tagOwners: { "tag:ci": [], "tag:web": owners, "tag:db": [] },
      grants: [{ src: ["tag:web"], dst: ["tag:db"], ip: ["tcp:5432"] }],
    });
  const base = join(home, "base");
  mkdirSync(join(base, "net"), { recursive: true });
  writeFileSync(join(base, "net/policy.hujson"), owned([]));
  const given = { policy: "net/policy.hujson", base, "fail-on": "reach" };
  const judge = (file: string | undefined, more: Record<string, string> = {}) => {
    rmSync(join(artifacts, "1"), { recursive: true, force: true });
    poisoned(artifacts, (at) => {
      writeFileSync(at("preview.json"), harmless);
      if (file === "a link") symlinkSync(join(base, "net/policy.hujson"), at("policy.hujson"));
      else if (file !== undefined) writeFileSync(at("policy.hujson"), file);
    });
    return review("success", { ...given, ...more });
  };

  const same = await judge(owned([]));
  expect(same?.failed, textOf(same)).toBe(false);
  const wider = await judge(owned(["tag:ci"]));
  expect(wider?.failed, textOf(wider)).toBe(true);
  expect(platform.statuses.at(-1)).toMatchObject({ state: "failure" });
  expect(platform.notes[0]?.body).toContain("reaches more than before, by the policy file");
  const sarif = readFileSync(ranStep(wider, "Upload to code scanning").with["sarif_file"] ?? "");
  expect(String(sarif)).toContain('"uri": "net/policy.hujson"');
  // What it does not say passes nothing.
  for (const [file, said] of [
    [undefined, "There is no policy file to review."],
    ["a link", "There is no policy file to review."],
  ] as const) {
    expect((await judge(file))?.failed).toBe(true);
    expect(platform.notes[0]?.body).toContain(said);
  }
  expect((await judge("{"))?.failed).toBe(true);
  expect((await judge(owned([]), { policy: "../base/net/policy.hujson" }))?.failed).toBe(true);
  // A file that is new opens everything that it opens.
  expect((await judge(owned([]), { policy: "none.hujson" }))?.failed).toBe(true);
  expect(platform.notes[0]?.body).toContain("There was no policy file before");
  expect(platform.notes[0]?.body).toContain("tag:db:5432");
  const narrow = JSON.stringify({ ...JSON.parse(owned([])), grants: [] });
  expect((await judge(narrow, { policy: "none.hujson" }))?.failed).toBe(false);
  const empty = mkdtempSync(join(home, "empty-"));
  expect((await judge(narrow, { base: empty }))?.failed).toBe(true);
  expect(platform.notes[0]?.body).toContain("the base is not a checkout");
  // A change that reaches less is let through, and nothing is denied that nobody reaches.
  expect((await judge(owned([]), { deny: "tag:db\n" }))?.failed).toBe(false);
  expect((await judge(owned([]), { deny: "tag:nowhere" }))?.failed).toBe(true);
  expect((await review("success", { "fail-on": "reach" }))?.failed).toBe(true);
});

test("GitHub: as the second job of a workflow on pull_request the review is its own check, and sets no status", async () => {
  await using platform = await startPlatform("github", token);
  const { artifacts, machine } = github(platform, mkdtempSync(join(folder, "home-")));
  poisoned(artifacts, (at) => writeFileSync(at("preview.json"), harmless));
  const event = { pull_request: { number: 7, head: { sha: head, repo: repository } } };
  const job = structuredClone(reviewing);
  delete job.jobs["review"]?.if;
  const contexts = {
    github: {
      event_name: "pull_request",
      event,
      repository: repository.full_name,
      token,
      run_id: "1",
    },
    vars: { PULUMI_STACK: "dev" },
  };
  const ran = await runJob(machine, job, "review", contexts);
  expect(ran?.failed, textOf(ran)).toBe(false);
  expect(platform.notes).toHaveLength(1);
  expect(platform.statuses).toEqual([]);
  expect(ranStep(ran, "Upload to code scanning").with).toMatchObject({ ref: "", sha: "" });
});

test("GitHub: a package whose content differs from the lock file is refused before any of it runs", async () => {
  await using platform = await startPlatform("github", token);
  await using evil = await startRegistry(packages);
  evil.replace("zod", Buffer.from("something else"));
  const home = mkdtempSync(join(folder, "home-"));
  const { artifacts, review, machine } = github(platform, home, action);
  machine.environment["NPM_CONFIG_REGISTRY"] = evil.url;
  poisoned(artifacts, (at) => writeFileSync(at("preview.json"), harmless));
  const job = await review("success");
  expect(job?.failed).toBe(true);
  expect(ranStep(job, "Install tailscope").text).toContain("EINTEGRITY");
  expect(platform.requests).toEqual([]);
});

test("GitLab: a hostile branch has no token and cannot change the verdict, and a merge request gets its comment", async () => {
  await using emulator = await startEmulator();
  await using ci = await pipeline(emulator);
  await using platform = await startPlatform("gitlab", token);
  const issuer = "https://gitlab.com";
  const { id, audience } = await previewer(
    emulator,
    issuer,
    "project_path:acme/infrastructure:ref_type:branch:ref:*",
  );
  const config = parse(read("gitlab-ci.yml")) as { preview: GitlabJob; review: GitlabJob };
  const home = mkdtempSync(join(folder, "home-"));
  /** The job's script, with a repository on this machine and the commit of it that is named. */
  const scriptWith = (repository: string, named: string) => {
    const ours = "https://github.com/OWNER/tailscope.git";
    const setting = `[url "file://${repository}"]\n\tinsteadOf = ${ours}\n`;
    writeFileSync(join(home, ".gitconfig"), setting);
    return config.review.script.map((line) => line.replace(/0{40}/, named));
  };
  let script = scriptWith(action, commit);
  const predefined = {
    CI_API_V4_URL: platform.url,
    CI_PROJECT_ID: "42",
    CI_PIPELINE_ID: "9",
    CI_MERGE_REQUEST_IID: "7",
  };
  const variables = {
    TAILSCALE_OAUTH_CLIENT_ID: { value: id },
    TAILSCALE_PREVIEWER_AUDIENCE: { value: audience },
    PULUMI_STACK: { value: "dev" },
    GITLAB_TOKEN: { value: token, environment: "tailnet-review" },
  };
  const checkOut = (workspace: string) => {
    cpSync(ci.work, workspace, {
      recursive: true,
      filter: (path) => !path.endsWith("node_modules"),
    });
    installPackages(workspace, "stand-in");
  };
  const identityToken = (wanted: string) =>
    ci.token(issuer, "project_path:acme/infrastructure:ref_type:branch:ref:feature", wanted);
  const onMachine = (environment: Record<string, string>) => ({
    folder,
    environment: { ...environment, ...predefined },
    variables,
    checkOut,
    restoreCache,
    identityToken,
  });
  const judge = (before: Record<string, GitlabRun>, failOn = "admin", more = {}) => {
    const given = { ...config.review.variables, FAIL_ON: failOn, ...more };
    const job = { ...config.review, script, variables: given };
    return runGitlabJob(onMachine(reviewer(home)), job, before);
  };

  takeOver(ci.work);
  const hostile = await runGitlabJob(onMachine(ci.environment), config.preview, {});
  expect(hostile.code, hostile.text).toBe(0);
  expect(Object.keys(hostile.files)).toEqual(["preview.json"]);
  expect(hostile.dotenv["FAIL_ON"]).toBe("never");
  const seen = readFileSync(join(ci.folder, "seen.json"), "utf8");
  expect(seen).toContain("TAILSCALE_IDENTITY_TOKEN");
  for (const secret of [token, "GITLAB_TOKEN"]) expect(seen).not.toContain(secret);

  platform.jobs.push({ id: 3, name: "preview", status: "success", files: hostile.files });
  const verdict = await judge({ preview: hostile });
  expect(verdict.code, verdict.text).toBe(2);
  expect(verdict.text).not.toContain("No credential changes.");
  expect(verdict.text).not.toContain(token);
  expect(Object.keys(verdict.files)).toEqual(["review.html"]);
  expect(platform.notes).toHaveLength(1);
  expect(platform.notes[0]?.body).toMatch(
    /^<!-- tailscope review tailscope-quickstart\/dev -->\n### Access to the tailnet, `tailscope-quickstart\/dev`: admin\n/,
  );

  // What follows is not the installation's business.
  script = scriptWith(installed, installedCommit);
  // The same change is let through where nothing is refused; one that makes no preview never is.
  expect((await judge({ preview: hostile }, "never")).code).toBe(0);
  platform.jobs.length = 0;
  platform.jobs.push({ id: 4, name: "preview", status: "failed", files: {} });
  const missing = await judge({ preview: hostile }, "never");
  expect(missing.code, missing.text).toBe(1);
  expect(platform.notes).toHaveLength(1);
  expect(platform.notes[0]?.body).toContain("**The preview failed: the log of its job says why.**");

  // The policy file of the branch is held against the default branch's.
  const owned = (owners: string[]) =>
    JSON.stringify({
      tagOwners: { "tag:ci": [], "tag:web": owners },
      grants: [{ src: ["tag:web"], dst: ["10.0.0.0/8"], ip: ["*"] }],
    });
  const reach = async (after: string | undefined) => {
    const files: Record<string, Buffer> = { "preview.json": Buffer.from(harmless) };
    if (after !== undefined) files["policy.hujson"] = Buffer.from(after);
    platform.jobs.splice(0, 1, { id: 5, name: "preview", status: "success", files });
    return (await judge({}, "reach", { POLICY: "net/policy.hujson" })).code;
  };
  expect(await reach(owned([]))).toBe(2); // The default branch has none.
  expect(platform.notes[0]?.body).toContain("There was no policy file before");
  platform.files.set("net/policy.hujson", owned([]));
  expect(await reach(owned([]))).toBe(0);
  expect(await reach(owned(["tag:ci"]))).toBe(2);
  expect(platform.notes[0]?.body).toContain("reaches more than before, by the policy file");
  expect(await reach(undefined)).toBe(1);
  expect(platform.notes[0]?.body).toContain("There is no policy file to review.");
  expect(emulator.control.activeCredentials().map((key) => key.id)).toEqual([id]);
});
