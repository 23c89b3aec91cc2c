/**
 * What Tailscope relies on about the Tailscale API: each fact with the evidence for it, what
 * Tailscope does about it, and how `npm run test:tailnet` finds out whether it holds.
 * docs/api-facts.md is made from this list; comments of the provider and the emulator cite it as
 * `fact: ID`.
 */

import type { Evidence, Examination, Fact, Source } from "./fact.ts";
import { sources } from "./sources.ts";

const reading = { by: "reading" } as const satisfies Examination;
const writing = { by: "writing" } as const satisfies Examination;
const nothing = (reason: string) => ({ by: "nothing", reason }) as const satisfies Examination;

const from = (source: Source, says?: string, url?: string): Evidence => ({
  source,
  ...(says !== undefined && { says }),
  ...(url !== undefined && { url }),
});

const otel = (number: number, says?: string) =>
  from(sources.tailscale2otel, says, `${sources.tailscale2otel.url}/issues/${number}`);

const list = [
  // Access tokens

  {
    id: "token-answer",
    topic: "Access tokens",
    sentence:
      "An OAuth client gets a `tskey-api-` token that is valid for one hour. The answer names its scopes.",
    status: "confirmed",
    evidence: [from(sources.oauthClients), from(sources.fiveScopesForOne), from(sources.goClient)],
    examination: reading,
    tailscope: "Requests a new token shortly before the old one expires.",
  },
  {
    id: "secret-in-form-or-basic",
    topic: "Access tokens",
    sentence: "The client's id and secret can be sent in the form or with Basic authentication.",
    status: "confirmed",
    evidence: [from(sources.oauthClients), from(sources.goClient)],
    examination: reading,
    tailscope: "Sends them in the form.",
  },
  {
    id: "grant-type-is-optional",
    topic: "Access tokens",
    sentence: "The field `grant_type` of a token request is optional.",
    status: "corrected",
    evidence: [
      from(sources.oauthClients, "its example leaves it out"),
      from(sources.fiveScopesForOne),
    ],
    examination: reading,
    tailscope: "Always sends it.",
  },
  {
    id: "client-id-is-ignored",
    topic: "Access tokens",
    sentence: "The token endpoint checks only the secret and ignores a wrong client id.",
    status: "corrected",
    evidence: [from(sources.tailscaleSource, "sends an invented id, marked as ignored")],
    examination: reading,
    tailscope:
      "Compares the id with the one in the secret before any request. If no id is set, takes it from the secret.",
  },
  {
    id: "bad-secret-is-401",
    topic: "Access tokens",
    sentence: "A wrong client secret or token gets the answer 401 `API token invalid`.",
    status: "confirmed",
    evidence: [from(sources.emptyCredentials), from(sources.ansible)],
    examination: reading,
    tailscope: "Says that the credential is revoked or expired, or that its secret is wrong.",
  },
  {
    id: "unknown-scope-gives-everything",
    topic: "Access tokens",
    sentence:
      "The answer to a token request with only unknown scope names is a token for everything that the client has.",
    status: "corrected",
    evidence: [from(sources.tailscaleStaff14286), from(sources.fiveScopesForOne)],
    examination: reading,
    tailscope:
      "Compares the scopes of every token with the requested ones. If a token is wider, `tailscope token` does not print it, and reads warn.",
  },
  {
    id: "unknown-scope-beside-known",
    topic: "Access tokens",
    sentence: "Which scopes does a token have if one of several requested scopes is unknown?",
    status: "unknown",
    evidence: [from(sources.fiveScopesForOne, "a name with a comma in it gave five scopes")],
    examination: writing,
    answers: [
      {
        answer: "everything that the client holds",
        tailscope: "Treats the token as wider than requested.",
      },
      { answer: "the known ones", tailscope: "Says which of the requested scopes is missing." },
      { answer: "no token: refused", tailscope: "Shows the refusal." },
    ],
  },
  {
    id: "narrowing-beyond-is-403",
    topic: "Access tokens",
    sentence:
      'The answer to a token request for scopes that the client does not have is 403 `OAuth client cannot grant scopes "…"`.',
    status: "confirmed",
    evidence: [from(sources.olderScopeRefused)],
    examination: writing,
    tailscope: "Names the scopes that are missing.",
  },
  {
    id: "narrowing-refusal-names",
    topic: "Access tokens",
    sentence: "Which scopes does the refusal of a narrower token name?",
    status: "unknown",
    evidence: [
      from(
        sources.olderScopeRefused,
        "names all requested scopes; perhaps the client had none of them",
      ),
    ],
    examination: writing,
    answers: [
      { answer: "those that are beyond", tailscope: "Reads with a token without them." },
      {
        answer: "all that were asked for",
        tailscope:
          "Requests the read scopes that the client's own key shows, with at most five requests in a run.",
      },
    ],
  },
  {
    id: "write-narrows-to-read",
    topic: "Access tokens",
    sentence: "Does a client with `X` get a token for `X:read`?",
    status: "unknown",
    evidence: [from(sources.openConnector, "the documentation says so only about `all`")],
    examination: writing,
    answers: [
      { answer: "yes", tailscope: "Reads with a token that cannot write." },
      {
        answer: "no",
        tailscope: "Reads with the write scopes that the reads need, and warns once.",
      },
    ],
  },
  {
    id: "fresh-client-answers-404",
    topic: "Access tokens",
    sentence: "Does an OAuth client work as soon as it is created?",
    status: "unknown",
    evidence: [from(sources.ansible, "answers can be 404 until the scopes have propagated")],
    examination: writing,
    answers: [
      { answer: "yes", tailscope: "Creates keys with it in the same run." },
      {
        answer: "404 at first",
        tailscope:
          "Waits up to 60 s before an `AuthKey` with `mintedBy` fails, with a message after 5 s.",
      },
    ],
  },
  {
    id: "tokens-keep-their-scopes",
    topic: "Access tokens",
    sentence: "A token keeps its scopes if its client loses one.",
    status: "corrected",
    evidence: [from(sources.ansible, "scopes are fixed when a token is issued")],
    examination: writing,
    tailscope: "Keeps the tokens of a run. To end them at once, revoke the client.",
  },
  {
    id: "token-answer-has-client-tags",
    topic: "Access tokens",
    sentence: "The answer to a token request without tags names the client's tags.",
    status: "corrected",
    evidence: [from(sources.fiveScopesForOne)],
    examination: writing,
    tailscope: "Does not rely on them.",
  },
  {
    id: "tailnet-parameter",
    topic: "Access tokens",
    sentence: "For which tailnets does `tailnet=ID` in a token request work?",
    status: "unknown",
    evidence: [
      from(sources.goClient, "sends it for the tailnets that an organization creates"),
      from(sources.changelog),
    ],
    examination: nothing("it needs an organization with several tailnets"),
    answers: [
      {
        answer: "those that the client's tailnet created",
        tailscope: "Sends it if the `tailnet` setting is an id, and shows a refusal.",
      },
    ],
  },

  // Workload identity

  {
    id: "exchange-unknown-client-is-400",
    topic: "Workload identity",
    sentence:
      "The answer to a token exchange with an unknown client id or without a valid JWT is 400 `invalid request`.",
    status: "corrected",
    evidence: [otel(355)],
    examination: reading,
    tailscope: "Calls it a failed token exchange and names what to check, whatever the status.",
  },
  {
    id: "exchange-refused-token-is-403",
    topic: "Workload identity",
    sentence:
      "The answer to an identity token that does not match the identity is 403, the same for every reason.",
    status: "corrected",
    evidence: [
      otel(355),
      from(sources.workloadIdentity, "only the admin console shows the reason"),
    ],
    examination: writing,
    tailscope:
      "Fails at preview and in `doctor`, and names issuer, subject, audience, claims and the credential's page in the console.",
  },
  {
    id: "exchange-cannot-narrow",
    topic: "Workload identity",
    sentence: "A token exchange always gives a token for everything that the identity has.",
    status: "confirmed",
    evidence: [from(sources.workloadIdentity), from(sources.goClient), otel(168)],
    examination: nothing("it needs an identity token of a pipeline"),
    tailscope:
      "Says that a preview by a federated identity can do everything that the identity can.",
  },
  {
    id: "federated-id-and-audience",
    topic: "Workload identity",
    sentence:
      "A federated identity's id is `T…CNTRL-k…CNTRL`. Its own audience is `api.tailscale.com/<id>`.",
    status: "confirmed",
    evidence: [from(sources.workloadIdentity), otel(355), otel(552)],
    examination: writing,
    tailscope: "If no audience is set, requests an identity token with this one from GitHub.",
  },
  {
    id: "put-without-audience",
    topic: "Workload identity",
    sentence: "What does a change without `audience` do to the audience that Tailscale generated?",
    status: "unknown",
    evidence: [
      from(sources.terraformProvider, "a create without an audience generates one"),
      from(sources.apiDocument, "it is generated at creation"),
    ],
    examination: writing,
    answers: [
      { answer: "keeps it", tailscope: "Sends the current audience anyway." },
      { answer: "makes a new one", tailscope: "Sends the current audience." },
      { answer: "empties it", tailscope: "Sends the current audience." },
    ],
  },
  {
    id: "nested-claims",
    topic: "Workload identity",
    sentence:
      "A custom claim rule names a nested claim with dots. A name that contains dots is in double quotes.",
    status: "corrected",
    evidence: [from(sources.workloadIdentity)],
    examination: nothing("it needs an identity token with nested claims"),
    tailscope: "Accepts both forms.",
  },
  {
    id: "reserved-claims-refused",
    topic: "Workload identity",
    sentence: "Custom claim rules cannot name `sub`, `iss` or `aud`.",
    status: "confirmed",
    evidence: [from(sources.terraformProvider)],
    examination: writing,
    tailscope: "Refuses them before anything is sent.",
  },
  {
    id: "github-subject-rewrite",
    topic: "Workload identity",
    sentence: "Does Tailscale rewrite a GitHub subject to the form with numeric ids?",
    status: "unknown",
    evidence: [
      otel(552, "not in three identities created in 2026-08"),
      from(sources.identityPlatform, "tokens of a newer repository have the form with ids"),
    ],
    examination: writing,
    answers: [
      { answer: "no", tailscope: "Compares the subject with the last answer." },
      {
        answer: "yes",
        tailscope:
          "Compares the subject with the answer to the last write, so there is no difference.",
      },
    ],
  },
  {
    id: "classic-token-matches-ids",
    topic: "Workload identity",
    sentence:
      "Does a GitHub token with the classic subject match an identity whose subject has numeric ids?",
    status: "unknown",
    evidence: [from(sources.identityPlatform, "the reverse does not")],
    examination: nothing("it needs identity tokens of two GitHub repositories"),
    answers: [
      { answer: "no", tailscope: "Shows the token's subject in the error of the exchange." },
      { answer: "yes", tailscope: "Nothing." },
    ],
  },

  // Scopes

  {
    id: "scope-catalogue",
    topic: "Scopes",
    sentence: "Tailscale knows every scope in Tailscope's catalogue.",
    status: "confirmed",
    evidence: [
      from(sources.apiDocument),
      from(sources.trustCredentials),
      from(sources.fiveScopesForOne, "`device_invites`, where a page says `devices_invites`"),
    ],
    examination: writing,
    tailscope: "Refuses a name that it does not know, unless `unlistedScopes` has it.",
  },
  {
    id: "older-scope-names",
    topic: "Scopes",
    sentence:
      "The scope names of 2023 still work: `devices` means `devices:core`, `auth_keys` and `devices:posture_attributes`, and `acl` means `policy_file`.",
    status: "corrected",
    evidence: [from(sources.trustCredentials), from(sources.legacyScopesPage)],
    examination: writing,
    tailscope: "Accepts them with a warning, and shows in reviews what each one permits.",
  },
  {
    id: "older-name-needs-all",
    topic: "Scopes",
    sentence: "A client with the newer scopes gets no token for an older name.",
    status: "confirmed",
    evidence: [from(sources.olderScopeRefused)],
    examination: writing,
    tailscope: "Never requests an older name.",
  },
  {
    id: "scopes-beyond-maker-refused",
    topic: "Scopes",
    sentence:
      "Nobody can give a scope that they do not have: the answer is 403 `actor cannot set scopes: [a b]`, with these scopes.",
    status: "confirmed",
    evidence: [
      from(sources.identityPlatform),
      from(sources.ansible),
      from(sources.adminRefusedAll),
    ],
    examination: writing,
    tailscope:
      "Compares the scopes with the deployer's at preview, and names the missing ones in the error.",
  },
  {
    id: "role-scopes",
    topic: "Scopes",
    sentence: "Which scopes can a user of each role give?",
    status: "unknown",
    evidence: [
      from(sources.trustCredentials, "gives examples"),
      from(sources.adminRefusedAll, "an admin was once refused `all`"),
    ],
    examination: nothing("it needs a user of each role"),
    answers: [],
    otherwise: "Lets the API decide, and shows its refusal.",
  },
  {
    id: "device-invites-need-a-user",
    topic: "Scopes",
    sentence: "Only users' tokens can create, resend and accept device invites.",
    status: "corrected",
    evidence: [from(sources.apiDocument), from(sources.openConnector)],
    examination: nothing("it needs a device"),
    tailscope: "Leaves these operations out of what a credential can do.",
  },
  {
    id: "users-without-scope-is-404",
    topic: "Scopes",
    sentence: "The answer to a request for the users without `users:read` is 404, not 403.",
    status: "corrected",
    evidence: [otel(552, "also webhooks, contacts, services and more")],
    examination: writing,
    tailscope: "Reads no users. The emulator gives this answer.",
  },
  {
    id: "users-without-scope-of-a-user",
    topic: "Scopes",
    sentence: "What is the answer to a user's token for the users if the role cannot read them?",
    status: "unknown",
    evidence: [otel(552, "404, seen for credentials")],
    examination: nothing("it needs a user without that permission"),
    answers: [
      { answer: "404", tailscope: "Reads no users." },
      { answer: "403", tailscope: "Reads no users." },
    ],
  },
  {
    id: "operations-catalogue",
    topic: "Scopes",
    sentence:
      "The API has the operations in Tailscope's catalogue, and each needs the scope that the catalogue names.",
    status: "corrected",
    evidence: [from(sources.apiDocument), from(sources.ansible, "counts 93 operations")],
    examination: nothing("trying every operation would change the tailnet"),
    tailscope:
      "Lists an operation without a documented scope under the scope of its family, which is the worst case.",
  },

  // Tags

  {
    id: "tags-mandatory-with-scopes",
    topic: "Tags",
    sentence:
      "A credential with `auth_keys` or `devices:core` must have tags. With their `:read` forms it needs none.",
    status: "confirmed",
    evidence: [from(sources.apiDocument), from(sources.terraformProvider)],
    examination: writing,
    tailscope: "Refuses it before anything is sent.",
  },
  {
    id: "trust-credential-key-needs-tags",
    topic: "Tags",
    sentence:
      "An auth key of a trust credential must have tags: the answer is 400 `tailnet-owned auth key must have tags set`.",
    status: "confirmed",
    evidence: [from(sources.ansible), from(sources.apiDocument), from(sources.identityPlatform)],
    examination: writing,
    tailscope: "Reports it at preview if it knows who creates the key.",
  },
  {
    id: "exact-tags-or-owned",
    topic: "Tags",
    sentence:
      "A trust credential can give exactly its own tags, or tags that they own, but not only some of its own.",
    status: "confirmed",
    evidence: [from(sources.exactTags), from(sources.fiveScopesForOne), from(sources.apiDocument)],
    examination: writing,
    tailscope: "Checks it at preview against the policy file, and explains the rule in the error.",
  },
  {
    id: "tags-beyond-maker-refused",
    topic: "Tags",
    sentence:
      "The answer to a tag that the policy file does not define is 400 `requested tags [tag:a] are invalid or not permitted`.",
    status: "confirmed",
    evidence: [from(sources.ansible), from(sources.identityPlatform), from(sources.exactTags)],
    examination: writing,
    tailscope: "Reports it at preview if it can read the policy file.",
  },
  {
    id: "narrowed-all-gives-any-tag",
    topic: "Tags",
    sentence:
      "If a client with `all` requests a token for `auth_keys` without tags, can the token create keys with any tag?",
    status: "unknown",
    evidence: [from(sources.narrowedAllLosesTags, "in 2023 it lost them")],
    examination: writing,
    answers: [
      { answer: "yes", tailscope: "Creates the key with it." },
      { answer: "no", tailscope: "Creates the key with a second token, requested with its tags." },
    ],
  },
  {
    id: "all-asks-for-tags",
    topic: "Tags",
    sentence:
      "A client with `all` gets a token for `auth_keys` with any defined tag, and can create keys with it.",
    status: "confirmed",
    evidence: [from(sources.narrowedAllLosesTags, "Tailscale's staff"), from(sources.oauthClients)],
    examination: writing,
    tailscope:
      "If a token without the key's tags is refused, sends the tags with the token request.",
  },

  // Credentials

  {
    id: "own-key-is-readable",
    topic: "Credentials",
    sentence: "Every token can read the credential that it came from.",
    status: "confirmed",
    evidence: [
      from(sources.trustCredentials),
      from(sources.oauthClients),
      from(sources.identityPlatform),
    ],
    examination: reading,
    tailscope: "Finds out what the deployer has, for `doctor` and the checks at preview.",
  },
  {
    id: "secrets-hold-the-id",
    topic: "Credentials",
    sentence:
      "A secret contains the id of its credential: `tskey-client-<id>-…`, `tskey-auth-<id>-…`.",
    status: "confirmed",
    evidence: [from(sources.apiDocument), from(sources.tailscaleSource)],
    examination: writing,
    tailscope: "Finds the client's id in its secret.",
  },
  {
    id: "secret-is-shown-once",
    topic: "Credentials",
    sentence: "Only the answer to the create contains the secret.",
    status: "confirmed",
    evidence: [from(sources.apiDocument), from(sources.goClient)],
    examination: writing,
    tailscope: "Keeps it in the state, encrypted. The secret of an adopted credential is unknown.",
  },
  {
    id: "times-in-whole-seconds",
    topic: "Credentials",
    sentence: "A credential's times are in RFC 3339, in UTC and in whole seconds.",
    status: "confirmed",
    evidence: [from(sources.terraformProvider, "compares them exactly")],
    examination: writing,
    tailscope: "Compares them as text.",
  },
  {
    id: "trust-credentials-do-not-expire",
    topic: "Credentials",
    sentence: "OAuth clients and federated identities do not expire.",
    status: "confirmed",
    evidence: [from(sources.trustCredentials)],
    examination: writing,
    tailscope: "Offers `rotateEvery`.",
  },
  {
    id: "empty-lists-left-out",
    topic: "Credentials",
    sentence: "An answer leaves out empty `tags`, and shows empty claim rules as `{}`.",
    status: "confirmed",
    evidence: [from(sources.terraformProvider)],
    examination: writing,
    tailscope: "Treats missing, null and empty as the same.",
  },
  {
    id: "capabilities-flags-always-there",
    topic: "Credentials",
    sentence: "The answer about an auth key has all three flags, whatever was requested.",
    status: "confirmed",
    evidence: [from(sources.ansible)],
    examination: writing,
    tailscope: "Treats a missing flag as false.",
  },
  {
    id: "auth-key-needs-capabilities",
    topic: "Credentials",
    sentence:
      "The answer to an auth key without capabilities is 400 `exactly one capability scope must be populated`.",
    status: "confirmed",
    evidence: [from(sources.ansible)],
    examination: writing,
    tailscope: "Always sends them.",
  },
  {
    id: "expiry-as-asked",
    topic: "Credentials",
    sentence: "An auth key lives as long as requested, or 90 days if nothing was requested.",
    status: "confirmed",
    evidence: [from(sources.ansible), from(sources.terraformProvider), from(sources.apiDocument)],
    examination: writing,
    tailscope: "Offers `expiry` from one second to 90 days.",
  },
  {
    id: "expiry-over-90-days",
    topic: "Credentials",
    sentence: "What happens to a request for an auth key that lives longer than 90 days?",
    status: "unknown",
    evidence: [from(sources.apiDocument, "names 90 days as the longest")],
    examination: writing,
    answers: [
      { answer: "refused", tailscope: "Refuses it before anything is sent." },
      { answer: "lives for 90 days", tailscope: "Refuses it before anything is sent." },
      { answer: "lives as long as asked", tailscope: "Refuses it before anything is sent." },
    ],
  },
  {
    id: "description-characters",
    topic: "Credentials",
    sentence:
      "A description contains letters, digits, hyphens, underscores and spaces. The answer to any other character is 400 `keys: description had invalid characters`.",
    status: "corrected",
    evidence: [
      from(sources.ansible, "a dot and a colon are refused"),
      from(sources.underscore, "an underscore was accepted"),
    ],
    examination: writing,
    tailscope: "Refuses other characters before anything is sent.",
  },
  {
    id: "description-over-50-is-cut",
    topic: "Credentials",
    sentence: "What happens to a description of more than 50 characters?",
    status: "unknown",
    evidence: [from(sources.longDescription, "cut to 50 in 2024"), from(sources.apiDocument)],
    examination: writing,
    answers: [
      { answer: "cut to 50", tailscope: "Refuses it before anything is sent." },
      { answer: "refused", tailscope: "Refuses it before anything is sent." },
      { answer: "kept whole", tailscope: "Refuses it before anything is sent." },
    ],
  },
  {
    id: "description-non-ascii",
    topic: "Credentials",
    sentence: "Can a description contain letters that are not ASCII?",
    status: "unknown",
    evidence: [from(sources.apiDocument, "says letters")],
    examination: writing,
    answers: [
      { answer: "yes", tailscope: "Accepts them." },
      { answer: "no", tailscope: "Accepts them, and shows the refusal." },
    ],
  },
  {
    id: "empty-scopes-refused",
    topic: "Credentials",
    sentence:
      "The answer to an OAuth client without scopes is 400 `scopes cannot be empty, at least one scope is required for OAuth clients`.",
    status: "confirmed",
    evidence: [from(sources.ansible)],
    examination: writing,
    tailscope: "Refuses it before anything is sent.",
  },
  {
    id: "foreign-member-wording",
    topic: "Credentials",
    sentence: "Which message refuses a property that belongs to another kind of credential?",
    status: "unknown",
    evidence: [from(sources.ansible, "refused with 400")],
    examination: writing,
    answers: [],
    otherwise: "Never sends one.",
  },

  // Changes

  {
    id: "put-replaces-everything",
    topic: "Changes",
    sentence:
      "A change replaces the whole credential, so a property that the request leaves out becomes empty.",
    status: "confirmed",
    evidence: [from(sources.ansible), from(sources.goClient), from(sources.terraformProvider)],
    examination: writing,
    tailscope: "Always sends the whole credential.",
  },
  {
    id: "put-keeps-the-secret",
    topic: "Changes",
    sentence: "A change keeps the secret.",
    status: "confirmed",
    evidence: [from(sources.terraformProvider), from(sources.goClient)],
    examination: writing,
    tailscope: "Changes scopes and tags in place.",
  },
  {
    id: "auth-key-cannot-change",
    topic: "Changes",
    sentence:
      'An auth key cannot be changed: the answer is 400 `keys of type "auth" can not be updated`.',
    status: "confirmed",
    evidence: [from(sources.ansible)],
    examination: writing,
    tailscope: "Replaces it.",
  },
  {
    id: "key-type-cannot-change",
    topic: "Changes",
    sentence:
      'The kind of a credential cannot be changed: the answer is 400 `cannot modify key type, attempting to change from "client" to "federated"`.',
    status: "confirmed",
    evidence: [from(sources.ansible)],
    examination: writing,
    tailscope: "Never tries.",
  },

  // Revocation

  {
    id: "revoked-key-is-readable",
    topic: "Revocation",
    sentence:
      "The answer to DELETE is 200. Afterwards the answer to GET is still 200, with `invalid: true` and the time in `revoked`.",
    status: "confirmed",
    evidence: [from(sources.terraformProvider), from(sources.ansible), otel(552)],
    examination: writing,
    tailscope: "Treats an invalid credential as gone.",
  },
  {
    id: "revocation-ends-tokens",
    topic: "Revocation",
    sentence: "Revoking a client ends its tokens: the answer to them is 401.",
    status: "confirmed",
    evidence: [from(sources.trustCredentials)],
    examination: writing,
    tailscope: "Promises that a revoked or replaced client can no longer do anything.",
  },
  {
    id: "delete-of-revoked-key",
    topic: "Revocation",
    sentence: "What is the answer to a second DELETE of the same credential?",
    status: "unknown",
    evidence: [from(sources.terraformProvider, "shows only the first one")],
    examination: writing,
    answers: [
      { answer: "200", tailscope: "Treats it as done." },
      {
        answer: "404",
        tailscope: "Checks that the credential is gone before it treats it as done.",
      },
    ],
  },
  {
    id: "unknown-key-is-404",
    topic: "Revocation",
    sentence:
      "The answer for an id that does not exist is 404: `not found` to GET, `key not found` to DELETE.",
    status: "corrected",
    evidence: [from(sources.ansible), from(sources.apiDocument)],
    examination: reading,
    tailscope: "Treats a 404 as gone only if the token can read that kind.",
  },
  {
    id: "hidden-key-status",
    topic: "Revocation",
    sentence: "What is the answer for a credential that exists but that the token cannot read?",
    status: "unknown",
    evidence: [
      from(sources.apiDocument, "documents 404 and no 403"),
      otel(552, "404 for several other families"),
    ],
    examination: writing,
    answers: [
      { answer: "403", tailscope: "Names the scope that is missing." },
      {
        answer: "404",
        tailscope: "Treats it as gone only if the token can read that kind, and otherwise fails.",
      },
    ],
  },

  // Lists

  {
    id: "list-shows-all-kinds",
    topic: "Lists",
    sentence:
      "For a trust credential, `GET /keys?all=true` shows the active credentials of every kind in full.",
    status: "confirmed",
    evidence: [otel(552), from(sources.ansible), from(sources.apiDocument)],
    examination: writing,
    tailscope: "Reads all credentials of a stack with one request.",
  },
  {
    id: "list-shows-active-only",
    topic: "Lists",
    sentence: "A revoked credential is not in the list.",
    status: "confirmed",
    evidence: [from(sources.apiDocument)],
    examination: writing,
    tailscope: "Reads a credential that the list does not show on its own.",
  },
  {
    id: "lists-come-whole",
    topic: "Lists",
    sentence: "The list of credentials has no pages.",
    status: "confirmed",
    evidence: [from(sources.apiDocument), from(sources.goClient)],
    examination: nothing("it needs more credentials than a test should create"),
    tailscope: "Sends one request.",
  },
  {
    id: "user-token-list",
    topic: "Lists",
    sentence: "Which credentials does `?all=true` show to a user's token?",
    status: "unknown",
    evidence: [
      from(sources.apiDocument, "those of the user and of the tailnet"),
      from(sources.ansible, "only the user's own"),
    ],
    examination: writing,
    answers: [
      { answer: "all", tailscope: "Shows them in `inventory`." },
      {
        answer: "the user's own",
        tailscope: "`inventory` says that it may be incomplete for a user's token.",
      },
    ],
  },
  {
    id: "list-with-one-kind",
    topic: "Lists",
    sentence: "What does the list show to a client with only `oauth_keys:read`?",
    status: "unknown",
    evidence: [
      from(sources.apiDocument, "each kind's scope opens its kind"),
      from(sources.trustCredentials, "names two scopes for the list, and not this one"),
    ],
    examination: writing,
    answers: [
      { answer: "its own kind", tailscope: "Reads from the list." },
      {
        answer: "nothing: refused",
        tailscope: "Reads one by one, and says what it cannot find out.",
      },
      { answer: "every kind", tailscope: "Reads from the list." },
    ],
  },
  {
    id: "short-lived-tokens-are-listed",
    topic: "Lists",
    sentence: "Does the list show the one-hour tokens of trust credentials?",
    status: "unknown",
    evidence: [from(sources.apiDocument, "also calls them keys of type `api`")],
    examination: writing,
    answers: [
      { answer: "no", tailscope: "Nothing." },
      { answer: "yes", tailscope: "Leaves those that belong to no user out of `inventory`." },
    ],
  },
  {
    id: "console-hides-tailnet-keys",
    topic: "Lists",
    sentence: "The console's page of keys does not show auth keys that trust credentials created.",
    status: "confirmed",
    evidence: [from(sources.keysNotInConsole), from(sources.underscore)],
    examination: nothing("the console has no API"),
    tailscope: "Shows them in `inventory`.",
  },

  // Policy file

  {
    id: "policy-file-as-json",
    topic: "Policy file",
    sentence:
      "The API returns the policy file as JSON with an ETag. Its `tagOwners` is an object of lists.",
    status: "confirmed",
    evidence: [from(sources.apiDocument), from(sources.goClient)],
    examination: reading,
    tailscope: "Reads from it who can give each tag.",
  },
  {
    id: "policy-read-needs-device-scopes",
    topic: "Policy file",
    sentence:
      "`policy_file:read` alone cannot read the policy file. That also needs `devices:core:read` and `devices:posture_attributes:read`.",
    status: "corrected",
    evidence: [
      from(sources.trustCredentials),
      from(sources.ansible),
      from(sources.legacyScopesPage),
    ],
    examination: writing,
    tailscope: "Requests all three, and says at preview if it could not check tags.",
  },
  {
    id: "validate-answers",
    topic: "Policy file",
    sentence:
      "The answer to `POST /acl/validate` is 200 with `{}` or nothing for a valid policy, 200 with a message for an invalid policy, and 400 `unexpected end of JSON input` for an empty request.",
    status: "corrected",
    evidence: [otel(523)],
    examination: reading,
    tailscope: "Does not use it. The emulator gives these answers.",
  },

  // Audit log

  {
    id: "audit-tailnet-id",
    topic: "Audit log",
    sentence: "The answer for the log has `version`, `tailnetId` and `logs`, which can be null.",
    status: "corrected",
    evidence: [from(sources.tailscale2otel, "the document calls it `tailnet`")],
    examination: reading,
    tailscope: "Treats null as empty.",
  },
  {
    id: "audit-filters",
    topic: "Audit log",
    sentence: "The filter `target` accepts a part of an id or name.",
    status: "corrected",
    evidence: [from(sources.apiDocument)],
    examination: writing,
    tailscope: "Compares the entries itself.",
  },
  {
    id: "use-is-logged-as-token-create",
    topic: "Audit log",
    sentence:
      "A token request is logged as `CREATE` by the credential on a target of type `OAUTH_ACCESS_TOKEN`.",
    status: "corrected",
    evidence: [
      from(sources.tailscale2otel, "ten entries of a real log"),
      from(sources.trustCredentials),
    ],
    examination: reading,
    tailscope: "Fills LAST USED of `inventory` and `audit` from these entries.",
  },
  {
    id: "audit-actor-of-credentials",
    topic: "Audit log",
    sentence:
      'As an actor, a trust credential has its id, no login name, and the name "OAuth client".',
    status: "corrected",
    evidence: [from(sources.tailscale2otel)],
    examination: reading,
    tailscope: "Names it by id, and by description where the list or the state knows it.",
  },
  {
    id: "federated-actor-in-log",
    topic: "Audit log",
    sentence: "Which type of actor is a federated identity in the log?",
    status: "unknown",
    evidence: [from(sources.apiDocument, "its list of types has none for it")],
    examination: nothing("it needs an identity token of a pipeline"),
    answers: [],
    otherwise: "Shows the type unchanged, and names the identity by its id.",
  },
  {
    id: "audit-create-of-auth-key",
    topic: "Audit log",
    sentence:
      'The creation of an auth key is logged as `CREATE` on `API_KEY`, with its id, the name "Auth key" and the description in `new`.',
    status: "corrected",
    evidence: [from(sources.tailscale2otel)],
    examination: writing,
    tailscope: "Names it by id, and by description where the list or the state knows it.",
  },
  {
    id: "audit-revoke-has-no-old",
    topic: "Audit log",
    sentence: "A revocation is logged as `REVOKE` on `API_KEY`, without `old` and `new`.",
    status: "corrected",
    evidence: [from(sources.tailscale2otel)],
    examination: writing,
    tailscope: "Says who revoked it and when.",
  },
  {
    id: "audit-names-of-other-kinds",
    topic: "Audit log",
    sentence: "How does the log name an OAuth client?",
    status: "unknown",
    evidence: [from(sources.tailscale2otel, "shows auth keys alone")],
    examination: writing,
    answers: [{ answer: "OAuth client", tailscope: "Names it by id and description." }],
    otherwise: "Names it by id and description.",
  },
  {
    id: "audit-new-of-trust-credentials",
    topic: "Audit log",
    sentence: "Does the creation of an OAuth client show its scopes in `new`?",
    status: "unknown",
    evidence: [from(sources.tailscale2otel, "shows auth keys alone")],
    examination: writing,
    answers: [
      { answer: "yes", tailscope: "Does not rely on it." },
      { answer: "no", tailscope: "Does not rely on it." },
    ],
  },
  {
    id: "client-update-is-logged",
    topic: "Audit log",
    sentence: "Is the change of an OAuth client logged as `UPDATE` on `API_KEY`?",
    status: "unknown",
    evidence: [from(sources.apiDocument, "its list of events has none, and is incomplete")],
    examination: writing,
    answers: [
      { answer: "yes", tailscope: "`drift` says who changed it." },
      { answer: "no entry", tailscope: "`drift` shows the change without its author." },
    ],
    otherwise: "`drift` shows the change without its author.",
  },
  {
    id: "secret-scanner-as-actor",
    topic: "Audit log",
    sentence:
      "If Tailscale finds a secret in public, an actor of type `SECRET_SCANNER` revokes it.",
    status: "confirmed",
    evidence: [from(sources.apiDocument)],
    examination: nothing("it needs a secret that leaks"),
    tailscope: "`drift` says that the secret has leaked.",
  },

  // Everything else

  {
    id: "errors-have-a-message",
    topic: "Everything else",
    sentence: 'A refusal is JSON with a `message`: `{"message": "…"}`.',
    status: "confirmed",
    evidence: [from(sources.apiDocument), from(sources.goClient)],
    examination: reading,
    tailscope: "Shows the message, in one line and without secrets.",
  },
  {
    id: "request-id-header",
    topic: "Everything else",
    sentence: "A refusal has the header `x-tailscale-request-id`.",
    status: "confirmed",
    evidence: [from(sources.ansible)],
    examination: reading,
    tailscope: "Shows it in errors, because Tailscale's support asks for it.",
  },
  {
    id: "dash-is-own-tailnet",
    topic: "Everything else",
    sentence: "In a path, `-` or the tailnet's id means the token's own tailnet.",
    status: "confirmed",
    evidence: [from(sources.apiDocument), from(sources.goClient)],
    examination: reading,
    tailscope: "Uses `-` if no tailnet is set.",
  },
  {
    id: "wrong-tailnet-status",
    topic: "Everything else",
    sentence: "What is the answer to a token for another tailnet?",
    status: "unknown",
    evidence: [
      from(sources.wrongTailnet, "403 in 2023"),
      from(sources.apiDocument, "documents 404"),
    ],
    examination: reading,
    answers: [
      { answer: "403", tailscope: "Names the tailnet setting and the scopes." },
      { answer: "404", tailscope: "Names the tailnet setting." },
    ],
  },
  {
    id: "retry-after",
    topic: "Everything else",
    sentence: "How many requests are too many, and does a 429 have `Retry-After`?",
    status: "unknown",
    evidence: [
      from(sources.ansible, "honours it but has not seen one"),
      from(sources.rateLimits, "a question without an answer"),
    ],
    examination: nothing("it would put load on Tailscale"),
    answers: [],
    otherwise:
      "Waits as long as the header says, or longer each time without it. Repeats the request up to four times.",
  },
  {
    id: "plan-limits",
    topic: "Everything else",
    sentence:
      "The answer for a feature that the plan does not include is 402, or 403 `feature not available on current billing plan`.",
    status: "confirmed",
    evidence: [from(sources.ansible)],
    examination: nothing("it depends on the tailnet's plan"),
    tailscope: "Distinguishes it from a missing scope.",
  },
  {
    id: "console-page-of-credentials",
    topic: "Everything else",
    sentence: "The console shows trust credentials under Settings, Trust credentials.",
    status: "corrected",
    evidence: [from(sources.changelog), from(sources.trustCredentialsInConsole)],
    examination: nothing("the console has no API"),
    tailscope: "Links to https://console.tailscale.com/admin/settings/trust-credentials.",
  },
] as const satisfies readonly Fact[];

export type FactId = (typeof list)[number]["id"];

/** The id of a fact that `npm run test:tailnet` examines. */
export type ExaminedId = Extract<
  (typeof list)[number],
  { readonly examination: typeof reading | typeof writing }
>["id"];

export const facts: readonly (Fact & { readonly id: FactId })[] = list;
