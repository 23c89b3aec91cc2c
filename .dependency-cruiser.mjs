/**
 * The arrows of the house (ARCHITECTURE.md): which folder may import which. Everything points one
 * way, down to `access`.
 *
 * @type {import("dependency-cruiser").IConfiguration}
 */
export default {
  forbidden: [
    {
      name: "no-circles",
      comment: "Files in a circle can only be understood and changed together.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "access-is-pure",
      comment:
        "What a credential can do is data in, data out: it knows no network, no Pulumi and no files.",
      severity: "error",
      from: { path: "^provider/access/" },
      to: { pathNot: "^provider/access/" },
    },
    {
      name: "api-knows-no-pulumi",
      comment: "How we talk to Tailscale does not depend on who asks.",
      severity: "error",
      from: { path: "^provider/api/" },
      to: { path: ["^provider/", "@pulumi/"], pathNot: "^provider/(api|access|network)/" },
    },
    {
      name: "settings-are-read-before-anything-is-asked",
      comment: "A wrong setting is refused before any request.",
      severity: "error",
      from: { path: "^provider/api/settings/" },
      to: {
        path: "^provider/",
        pathNot: "^provider/(api/settings/|api/lazy-schema[.]|access/|network/)",
      },
    },
    {
      name: "requests-do-not-depend-on-who-sends-them",
      comment: "HTTP and its errors are the same for every credential.",
      severity: "error",
      from: { path: "^provider/api/(http|errors|refusal|clock-skew)[.]ts$" },
      to: {
        path: "^provider/api/",
        pathNot: "^provider/api/(settings/|(http|errors|refusal|clock-skew|version)[.])",
      },
    },
    {
      name: "tokens-know-no-endpoint",
      comment: "A token is for any request.",
      severity: "error",
      from: { path: "^provider/api/auth/" },
      to: {
        path: "^provider/api/",
        pathNot:
          "^provider/api/((auth|settings)/|(http|errors|refusal|lazy-schema|clock-skew|version)[.])",
      },
    },
    {
      name: "an-endpoint-family-stands-alone",
      comment: "It gets an API client, and knows neither settings nor other endpoints.",
      severity: "error",
      from: {
        path: "^provider/api/([^/.]+)",
        pathNot:
          "^provider/api/((auth|settings)/|(http|errors|refusal|lazy-schema|clock-skew|version|tailnet)[.])",
      },
      to: {
        path: "^provider/api/",
        pathNot: "^provider/api/($1[/.]|auth/|(http|errors|refusal|lazy-schema)[.])",
      },
    },
    {
      name: "no-sdk-below-the-classes",
      comment:
        "The commands and the first verb of a run need the definitions, and the Pulumi SDK takes a second to load.",
      severity: "error",
      from: { path: "^provider/(definitions|engine|state)/" },
      to: { path: "@pulumi/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "engine-knows-no-resource",
      comment: "What all resources share names none of them.",
      severity: "error",
      from: { path: "^provider/engine/" },
      to: {
        path: "^provider/",
        pathNot: "^provider/((engine|api|access|network)/|compile-cache[.])",
      },
    },
    {
      name: "definitions-know-no-class",
      comment: "Commands and the provider process use definitions without the Pulumi SDK.",
      severity: "error",
      from: { path: "^provider/definitions/" },
      to: { path: "^provider/", pathNot: "^provider/(definitions|engine|api|access)/" },
    },
    {
      name: "resources-know-no-command",
      comment: "A program loads no command.",
      severity: "error",
      from: { path: "^provider/(resources/|index[.])" },
      to: {
        path: "^provider/",
        pathNot:
          "^provider/((resources|definitions|engine|api|access)/|(versions|refuse-old-node)[.])",
      },
    },
    {
      name: "review-is-pure",
      comment: "A preview in, a report out: it starts fast, and reads and sends nothing by itself.",
      severity: "error",
      from: { path: "^provider/review/" },
      to: {
        pathNot: ["^provider/(review|reach|policy-file|access)/", "^(node:)?(util|crypto)$"],
      },
    },
    {
      name: "policy-file-is-pure",
      comment: "Text in, rules out: it reads no file, asks no tailnet and knows no credential.",
      severity: "error",
      from: { path: "^provider/policy-file/" },
      to: {
        pathNot: ["^provider/(policy-file|access)/", "node_modules/jsonc-parser/", "^(node:)?net$"],
      },
    },
    {
      name: "reach-is-pure",
      comment: "Rules and credentials in, paths out.",
      severity: "error",
      from: { path: "^provider/reach/" },
      to: { pathNot: ["^provider/(reach|policy-file|access)/"] },
    },
    {
      name: "a-file-is-read-then-judged-then-shown",
      comment: "Whatever reads a preview does not depend on how it is judged.",
      severity: "error",
      from: { path: "^provider/review/input/" },
      to: { path: "^provider/review/(verdict|formats|review)" },
    },
    {
      name: "a-verdict-knows-no-format",
      comment: "All formats show the same verdict.",
      severity: "error",
      from: { path: "^provider/review/verdict/" },
      to: { path: "^provider/review/(formats|review)" },
    },
    {
      name: "pull-request-knows-no-tailnet",
      comment: "It talks to GitHub and GitLab, with their tokens, and to nobody else.",
      severity: "error",
      from: { path: "^provider/pull-request/" },
      to: { pathNot: ["^provider/(pull-request|access|network)/", "node_modules/zod/"] },
    },
    {
      name: "network-knows-nobody",
      comment: "How requests leave this machine does not depend on what is asked, or of whom.",
      severity: "error",
      from: { path: "^provider/network/" },
      to: {
        pathNot: [
          "^provider/network/",
          "node_modules/undici/",
          "^(node:)?(net|module|v8|diagnostics_channel)$",
        ],
      },
    },
    {
      name: "policy-knows-access-alone",
      comment:
        "A pack judges what the engine shows it, by the clock of the provider and the rules of reach; it talks to no tailnet.",
      severity: "error",
      from: { path: "^provider/policy/" },
      to: {
        pathNot: [
          "^provider/(policy|reach|policy-file|access)/",
          "^provider/engine/clock\\.ts$",
          "node_modules/(@pulumi/policy|zod)/",
        ],
      },
    },
    {
      name: "state-is-pure",
      comment: "State and answers come as data; types of the API are no I/O.",
      severity: "error",
      from: { path: "^provider/state/" },
      to: {
        path: ["^provider/", "^(node:)?(fs|net|http|https|child_process)(/|$)"],
        pathNot:
          "^provider/((state|definitions|engine|access)/|api/(?!http|tailnet|auth|settings))",
      },
    },
    {
      name: "commands-load-no-class",
      comment: "The Pulumi SDK, which the classes and the pack need, takes a second to load.",
      severity: "error",
      from: { path: "^provider/cli/" },
      to: { path: ["^provider/(resources|policy)/", "^provider/index[.]", "@pulumi/"] },
    },
    {
      name: "nobody-imports-a-command",
      comment: "Commands are entries: what two of them share is in a folder below.",
      severity: "error",
      from: { pathNot: "^(provider/cli|test/oracle)/" },
      to: { path: "^provider/cli/" },
    },
    {
      name: "the-oracle-is-a-second-witness",
      comment: "What it repeats of the provider would be wrong in both. The program is under test.",
      severity: "error",
      from: { path: "^test/oracle/" },
      to: {
        path: "^(provider|emulator)/|^node_modules/tailscope",
        pathNot: "^provider/cli/program[.]ts$",
      },
    },
    {
      name: "facts-are-examined-by-nobody-we-examine",
      comment: "What asks a real tailnet shares no code with what would be wrong about it.",
      severity: "error",
      from: { path: "^test/tailnet/" },
      to: { path: "^(provider|emulator)/|^node_modules/tailscope" },
    },
    {
      name: "the-emulator-knows-no-provider",
      comment: "It answers as Tailscale does, whoever asks.",
      severity: "error",
      from: { path: "^emulator/" },
      to: { path: ["^provider/", "node_modules/tailscope/"] },
    },
    {
      name: "the-harness-runs-what-is-built",
      comment: "It starts programs as a person does, and knows none of their code.",
      severity: "error",
      from: { path: "^harness/" },
      to: { path: "^(provider|emulator|test|tools|bench)/" },
    },
    {
      name: "two-packages",
      comment: "The emulator repeats nothing of the provider, so that no mistake can be in both.",
      severity: "error",
      from: { path: "^provider/" },
      to: { path: "^emulator/" },
    },
    {
      name: "declared",
      severity: "error",
      from: {},
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown", "unknown"] },
    },
    { name: "found", severity: "error", from: {}, to: { couldNotResolve: true } },
    {
      name: "shipped-code-has-shipped-dependencies",
      severity: "error",
      from: { path: "^(provider|emulator)/" },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["npm-peer", "type-only"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "/dist/|^test/oracle/previews/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.base.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "types", "default"],
    },
  },
};
