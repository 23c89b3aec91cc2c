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
      "An OAuth client gets a `tskey-api-` token of one hour, and the answer names its scopes.",
    status: "confirmed",
    evidence: [from(sources.oauthClients), from(sources.fiveScopesForOne), from(sources.goClient)],
    examination: reading,
    tailscope: "Takes a new token shortly before the old one ends.",
  },
  {
    id: "secret-in-form-or-basic",
    topic: "Access tokens",
    sentence: "The client's id and secret may come in the form or in Basic auth.",
    status: "confirmed",
    evidence: [from(sources.oauthClients), from(sources.goClient)],
    examination: reading,
    tailscope: "Sends them in the form.",
  },
  {
    id: "grant-type-is-optional",
    topic: "Access tokens",
    sentence: "A token request without `grant_type` is answered like one with it.",
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
    sentence:
      "The token endpoint looks at the secret alone: a wrong client id beside it is ignored.",
    status: "corrected",
    evidence: [from(sources.tailscaleSource, "sends an invented id, marked as ignored")],
    examination: reading,
    tailscope:
      "Compares the id with the one in the secret before any request, and takes it from the secret where none is set.",
  },
  {
    id: "bad-secret-is-401",
    topic: "Access tokens",
    sentence: "A wrong client secret and a wrong token are answered with 401 `API token invalid`.",
    status: "confirmed",
    evidence: [from(sources.emptyCredentials), from(sources.ansible)],
    examination: reading,
    tailscope: "Says that the credential is revoked or expired, or that its secret is wrong.",
  },
  {
    id: "unknown-scope-gives-everything",
    topic: "Access tokens",
    sentence:
      "A token request with nothing but unknown scope names is answered with all that the client holds.",
    status: "corrected",
    evidence: [from(sources.tailscaleStaff14286), from(sources.fiveScopesForOne)],
    examination: reading,
    tailscope:
      "Compares the scopes of every token with those asked for. `tailscope token` prints no token that is wider; reads warn.",
  },
  {
    id: "unknown-scope-beside-known",
    topic: "Access tokens",
    sentence: "What does a token hold where one of several requested scopes is not a known name?",
    status: "unknown",
    evidence: [from(sources.fiveScopesForOne, "a name with a comma in it gave five scopes")],
    examination: writing,
    answers: [
      {
        answer: "everything that the client holds",
        tailscope: "Treats the token as one that is wider than asked for.",
      },
      { answer: "the known ones", tailscope: "Says which of the requested scopes is missing." },
      { answer: "no token: refused", tailscope: "Shows the refusal." },
    ],
  },
  {
    id: "narrowing-beyond-is-403",
    topic: "Access tokens",
    sentence:
      'A token request for scopes that the client does not hold is refused with 403 `OAuth client cannot grant scopes "…"`.',
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
      from(sources.olderScopeRefused, "names all that were asked for; perhaps none was held"),
    ],
    examination: writing,
    answers: [
      { answer: "those that are beyond", tailscope: "Reads with a token without them." },
      {
        answer: "all that were asked for",
        tailscope:
          "Asks for the read scopes that the client's own key shows; at most five requests in a run.",
      },
    ],
  },
  {
    id: "write-narrows-to-read",
    topic: "Access tokens",
    sentence: "Does a client that holds `X` get a token for `X:read`?",
    status: "unknown",
    evidence: [from(sources.openConnector, "the documentation says so of `all` alone")],
    examination: writing,
    answers: [
      { answer: "yes", tailscope: "Reads with a token that cannot write." },
      {
        answer: "no",
        tailscope: "Reads with the write scopes that reads need, and says so once.",
      },
    ],
  },
  {
    id: "fresh-client-answers-404",
    topic: "Access tokens",
    sentence: "Does an OAuth client work as soon as it is made?",
    status: "unknown",
    evidence: [from(sources.ansible, "it can answer 404 until its scopes have spread")],
    examination: writing,
    answers: [
      { answer: "yes", tailscope: "Makes keys with it in the same run." },
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
    sentence: "A token keeps the scopes that it was given when its client loses one.",
    status: "corrected",
    evidence: [from(sources.ansible, "scopes are fixed when a token is issued")],
    examination: writing,
    tailscope: "A run keeps its tokens; to end them at once, revoke the client.",
  },
  {
    id: "token-answer-has-client-tags",
    topic: "Access tokens",
    sentence: "The answer to a token request names the client's tags where none were asked for.",
    status: "corrected",
    evidence: [from(sources.fiveScopesForOne)],
    examination: writing,
    tailscope: "Does not rely on them.",
  },
  {
    id: "tailnet-parameter",
    topic: "Access tokens",
    sentence: "Which tailnets does `tailnet=ID` in a token request open?",
    status: "unknown",
    evidence: [
      from(sources.goClient, "sends it for the tailnets that an organization makes"),
      from(sources.changelog),
    ],
    examination: nothing("it needs an organization with several tailnets"),
    answers: [
      {
        answer: "those that the client's tailnet made",
        tailscope: "Sends it where the `tailnet` setting is an id, and shows a refusal.",
      },
    ],
  },

  // Workload identity

  {
    id: "exchange-unknown-client-is-400",
    topic: "Workload identity",
    sentence:
      "A token exchange with an unknown client id, or with what is not a JWT, is refused with 400 `invalid request`.",
    status: "corrected",
    evidence: [otel(355)],
    examination: reading,
    tailscope: "Calls it a failed token exchange and names what to check, whatever the status.",
  },
  {
    id: "exchange-refused-token-is-403",
    topic: "Workload identity",
    sentence:
      "An identity token that does not fit the identity is refused with 403, with one answer for all reasons.",
    status: "corrected",
    evidence: [
      otel(355),
      from(sources.workloadIdentity, "the reason is in the admin console alone"),
    ],
    examination: writing,
    tailscope:
      "Fails at preview and in `doctor`, and names issuer, subject, audience, claims and the credential's page in the console.",
  },
  {
    id: "exchange-cannot-narrow",
    topic: "Workload identity",
    sentence: "A token exchange gives a token with all that the identity holds.",
    status: "confirmed",
    evidence: [from(sources.workloadIdentity), from(sources.goClient), otel(168)],
    examination: nothing("it needs an identity token of a pipeline"),
    tailscope: "Says that a preview by a federated identity runs with all that it holds.",
  },
  {
    id: "federated-id-and-audience",
    topic: "Workload identity",
    sentence:
      "A federated identity's id is `T…CNTRL-k…CNTRL`, and its own audience `api.tailscale.com/<id>`.",
    status: "confirmed",
    evidence: [from(sources.workloadIdentity), otel(355), otel(552)],
    examination: writing,
    tailscope: "Asks GitHub for an identity token with this audience where none is set.",
  },
  {
    id: "put-without-audience",
    topic: "Workload identity",
    sentence: "What does a change without `audience` do to the audience that Tailscale made?",
    status: "unknown",
    evidence: [
      from(sources.terraformProvider, "without an audience one is made: said of the create"),
      from(sources.apiDocument, "it is made at creation time"),
    ],
    examination: writing,
    answers: [
      { answer: "keeps it", tailscope: "Sends the audience that it has, all the same." },
      { answer: "makes a new one", tailscope: "Sends the audience that it has." },
      { answer: "empties it", tailscope: "Sends the audience that it has." },
    ],
  },
  {
    id: "nested-claims",
    topic: "Workload identity",
    sentence:
      "A custom claim rule reaches nested claims by dots; a name with dots stands in double quotes.",
    status: "corrected",
    evidence: [from(sources.workloadIdentity)],
    examination: nothing("it needs an identity token with nested claims"),
    tailscope: "Accepts both forms.",
  },
  {
    id: "reserved-claims-refused",
    topic: "Workload identity",
    sentence: "Custom claim rules may not name `sub`, `iss` or `aud`.",
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
      otel(552, "not in three identities of 2026-08"),
      from(sources.identityPlatform, "a newer repository's tokens have the form with ids"),
    ],
    examination: writing,
    answers: [
      { answer: "no", tailscope: "Compares the subject with the last answer." },
      {
        answer: "yes",
        tailscope: "Compares with what Tailscale answered to the last write, so nothing differs.",
      },
    ],
  },
  {
    id: "classic-token-matches-ids",
    topic: "Workload identity",
    sentence:
      "Does a GitHub token with the classic subject fit an identity whose subject has numeric ids?",
    status: "unknown",
    evidence: [from(sources.identityPlatform, "the other way round it does not")],
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
      "Names of 2023 still work: `devices` is `devices:core`, `auth_keys` and `devices:posture_attributes`; `acl` is `policy_file`.",
    status: "corrected",
    evidence: [from(sources.trustCredentials), from(sources.legacyScopesPage)],
    examination: writing,
    tailscope: "Accepts them, warns, and shows in reviews what each opens.",
  },
  {
    id: "older-name-needs-all",
    topic: "Scopes",
    sentence: "A client with the newer scopes gets no token for an older name.",
    status: "confirmed",
    evidence: [from(sources.olderScopeRefused)],
    examination: writing,
    tailscope: "Never asks for an older name.",
  },
  {
    id: "scopes-beyond-maker-refused",
    topic: "Scopes",
    sentence:
      "Nobody gives a scope that they do not hold: 403 `actor cannot set scopes: [a b]`, with those scopes.",
    status: "confirmed",
    evidence: [
      from(sources.identityPlatform),
      from(sources.ansible),
      from(sources.adminRefusedAll),
    ],
    examination: writing,
    tailscope:
      "Compares at preview with what the deployer holds, and names the scopes in the error.",
  },
  {
    id: "role-scopes",
    topic: "Scopes",
    sentence: "Which scopes may a user of each role give?",
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
    sentence: "Device invites are made, resent and accepted by users' tokens alone.",
    status: "corrected",
    evidence: [from(sources.apiDocument), from(sources.openConnector)],
    examination: nothing("it needs a device"),
    tailscope: "Leaves these operations out of what a credential can do.",
  },
  {
    id: "users-without-scope-is-404",
    topic: "Scopes",
    sentence: "A credential without `users:read` gets 404 for the users, not 403.",
    status: "corrected",
    evidence: [otel(552, "likewise webhooks, contacts, services and more")],
    examination: writing,
    tailscope: "Reads no users; the emulator answers like this.",
  },
  {
    id: "users-without-scope-of-a-user",
    topic: "Scopes",
    sentence: "What does a user's token get for the users where the role may not read them?",
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
      "The API has the operations of Tailscope's catalogue, each opened by the scope there.",
    status: "corrected",
    evidence: [from(sources.apiDocument), from(sources.ansible, "counts 93 operations")],
    examination: nothing("trying every operation would change the tailnet"),
    tailscope:
      "Counts an operation without a stated scope under that of its family: the worst that it could be.",
  },

  // Tags

  {
    id: "tags-mandatory-with-scopes",
    topic: "Tags",
    sentence:
      "A credential with `auth_keys` or `devices:core` must have tags; with their `:read` forms it need not.",
    status: "confirmed",
    evidence: [from(sources.apiDocument), from(sources.terraformProvider)],
    examination: writing,
    tailscope: "Refuses it before anything is sent.",
  },
  {
    id: "trust-credential-key-needs-tags",
    topic: "Tags",
    sentence:
      "An auth key that a trust credential makes needs tags: 400 `tailnet-owned auth key must have tags set`.",
    status: "confirmed",
    evidence: [from(sources.ansible), from(sources.apiDocument), from(sources.identityPlatform)],
    examination: writing,
    tailscope: "Says so at preview where it knows who makes the key.",
  },
  {
    id: "exact-tags-or-owned",
    topic: "Tags",
    sentence:
      "A trust credential gives exactly its own tags, or tags that those own; a part of them is refused.",
    status: "confirmed",
    evidence: [from(sources.exactTags), from(sources.fiveScopesForOne), from(sources.apiDocument)],
    examination: writing,
    tailscope: "Checks it at preview against the policy file, and explains the rule in the error.",
  },
  {
    id: "tags-beyond-maker-refused",
    topic: "Tags",
    sentence:
      "A tag that the policy file does not define is refused: 400 `requested tags [tag:a] are invalid or not permitted`.",
    status: "confirmed",
    evidence: [from(sources.ansible), from(sources.identityPlatform), from(sources.exactTags)],
    examination: writing,
    tailscope: "Finds it at preview where it may read the policy file.",
  },
  {
    id: "narrowed-all-gives-any-tag",
    topic: "Tags",
    sentence:
      "Does a token that a client with `all` narrowed to `auth_keys`, without tags, make keys with any tag?",
    status: "unknown",
    evidence: [from(sources.narrowedAllLosesTags, "in 2023 it lost them")],
    examination: writing,
    answers: [
      { answer: "yes", tailscope: "Makes the key with it." },
      { answer: "no", tailscope: "Makes the key with a second token, asked for with its tags." },
    ],
  },
  {
    id: "all-asks-for-tags",
    topic: "Tags",
    sentence:
      "A client with `all` gets a token for `auth_keys` with any defined tag, and makes keys with it.",
    status: "confirmed",
    evidence: [from(sources.narrowedAllLosesTags, "Tailscale's staff"), from(sources.oauthClients)],
    examination: writing,
    tailscope: "Sends the key's tags with the token request where a token without them is refused.",
  },

  // Credentials

  {
    id: "own-key-is-readable",
    topic: "Credentials",
    sentence: "Every token may read the credential that it came from.",
    status: "confirmed",
    evidence: [
      from(sources.trustCredentials),
      from(sources.oauthClients),
      from(sources.identityPlatform),
    ],
    examination: reading,
    tailscope: "Finds out what its deployer holds, for `doctor` and the checks at preview.",
  },
  {
    id: "secrets-hold-the-id",
    topic: "Credentials",
    sentence:
      "A secret holds the id of its credential: `tskey-client-<id>-…`, `tskey-auth-<id>-…`.",
    status: "confirmed",
    evidence: [from(sources.apiDocument), from(sources.tailscaleSource)],
    examination: writing,
    tailscope: "Finds the client's id in its secret.",
  },
  {
    id: "secret-is-shown-once",
    topic: "Credentials",
    sentence: "Only the answer to the create has the secret.",
    status: "confirmed",
    evidence: [from(sources.apiDocument), from(sources.goClient)],
    examination: writing,
    tailscope: "Keeps it in the state, encrypted; an adopted credential has none.",
  },
  {
    id: "times-in-whole-seconds",
    topic: "Credentials",
    sentence: "A credential's times are RFC 3339 in UTC and whole seconds.",
    status: "confirmed",
    evidence: [from(sources.terraformProvider, "compares them exactly")],
    examination: writing,
    tailscope: "Compares them as text.",
  },
  {
    id: "trust-credentials-do-not-expire",
    topic: "Credentials",
    sentence: "OAuth clients and federated identities have no end.",
    status: "confirmed",
    evidence: [from(sources.trustCredentials)],
    examination: writing,
    tailscope: "Offers `rotateEvery`.",
  },
  {
    id: "empty-lists-left-out",
    topic: "Credentials",
    sentence: "An answer leaves empty `tags` out, and has empty claim rules as `{}`.",
    status: "confirmed",
    evidence: [from(sources.terraformProvider)],
    examination: writing,
    tailscope: "Treats absent, null and empty alike.",
  },
  {
    id: "capabilities-flags-always-there",
    topic: "Credentials",
    sentence: "An auth key's answer has all three flags, whatever was asked for.",
    status: "confirmed",
    evidence: [from(sources.ansible)],
    examination: writing,
    tailscope: "Takes an absent flag for false.",
  },
  {
    id: "auth-key-needs-capabilities",
    topic: "Credentials",
    sentence:
      "An auth key without capabilities is refused: 400 `exactly one capability scope must be populated`.",
    status: "confirmed",
    evidence: [from(sources.ansible)],
    examination: writing,
    tailscope: "Always sends them.",
  },
  {
    id: "expiry-as-asked",
    topic: "Credentials",
    sentence: "An auth key lives as long as was asked for, and 90 days where nothing was.",
    status: "confirmed",
    evidence: [from(sources.ansible), from(sources.terraformProvider), from(sources.apiDocument)],
    examination: writing,
    tailscope: "Offers `expiry` from one second to 90 days.",
  },
  {
    id: "expiry-over-90-days",
    topic: "Credentials",
    sentence: "What becomes of an auth key that is to live longer than 90 days?",
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
      "A description holds letters, digits, hyphens, underscores and spaces; else 400 `keys: description had invalid characters`.",
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
    sentence: "What becomes of a description of more than 50 characters?",
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
    sentence: "May a description have letters beyond ASCII?",
    status: "unknown",
    evidence: [from(sources.apiDocument, "says letters")],
    examination: writing,
    answers: [
      { answer: "yes", tailscope: "Lets them through." },
      { answer: "no", tailscope: "Lets them through, and shows the refusal." },
    ],
  },
  {
    id: "empty-scopes-refused",
    topic: "Credentials",
    sentence:
      "An OAuth client without scopes is refused: 400 `scopes cannot be empty, at least one scope is required for OAuth clients`.",
    status: "confirmed",
    evidence: [from(sources.ansible)],
    examination: writing,
    tailscope: "Refuses it before anything is sent.",
  },
  {
    id: "foreign-member-wording",
    topic: "Credentials",
    sentence: "With which words is a member of another kind of credential refused?",
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
    sentence: "A change replaces the whole credential: what it leaves out is emptied.",
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
    sentence: 'An auth key cannot be changed: 400 `keys of type "auth" can not be updated`.',
    status: "confirmed",
    evidence: [from(sources.ansible)],
    examination: writing,
    tailscope: "Replaces it.",
  },
  {
    id: "key-type-cannot-change",
    topic: "Changes",
    sentence:
      'A credential keeps its kind: 400 `cannot modify key type, attempting to change from "client" to "federated"`.',
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
      "DELETE answers 200; afterwards GET still answers 200, with `invalid: true` and the time in `revoked`.",
    status: "confirmed",
    evidence: [from(sources.terraformProvider), from(sources.ansible), otel(552)],
    examination: writing,
    tailscope: "Takes an invalid credential for gone.",
  },
  {
    id: "revocation-ends-tokens",
    topic: "Revocation",
    sentence: "Revoking a client ends its tokens: 401.",
    status: "confirmed",
    evidence: [from(sources.trustCredentials)],
    examination: writing,
    tailscope: "Promises that a client that is revoked or replaced can do nothing any more.",
  },
  {
    id: "delete-of-revoked-key",
    topic: "Revocation",
    sentence: "What does a second DELETE of the same credential answer?",
    status: "unknown",
    evidence: [from(sources.terraformProvider, "shows the first one alone")],
    examination: writing,
    answers: [
      { answer: "200", tailscope: "Takes it for done." },
      {
        answer: "404",
        tailscope: "Looks whether the credential is gone before it takes it for done.",
      },
    ],
  },
  {
    id: "unknown-key-is-404",
    topic: "Revocation",
    sentence:
      "An id that does not exist is answered with 404: `not found` to GET, `key not found` to DELETE.",
    status: "corrected",
    evidence: [from(sources.ansible), from(sources.apiDocument)],
    examination: reading,
    tailscope: "Takes a 404 for gone only where the token may read that kind.",
  },
  {
    id: "hidden-key-status",
    topic: "Revocation",
    sentence: "What does a credential get that exists and that its token may not read?",
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
        tailscope: "Takes it for gone only where the token may read that kind; else fails.",
      },
    ],
  },

  // Lists

  {
    id: "list-shows-all-kinds",
    topic: "Lists",
    sentence:
      "`GET /keys?all=true` shows a trust credential the active credentials of every kind, whole.",
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
    tailscope: "Reads by itself what the list does not show.",
  },
  {
    id: "lists-come-whole",
    topic: "Lists",
    sentence: "The list of credentials has no pages.",
    status: "confirmed",
    evidence: [from(sources.apiDocument), from(sources.goClient)],
    examination: nothing("it needs more credentials than a test should make"),
    tailscope: "Sends one request.",
  },
  {
    id: "user-token-list",
    topic: "Lists",
    sentence: "Which credentials does `?all=true` show to a user's token?",
    status: "unknown",
    evidence: [
      from(sources.apiDocument, "those of the user and of the tailnet"),
      from(sources.ansible, "the user's own alone"),
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
    sentence: "What does a client with `oauth_keys:read` alone see in the list?",
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
    evidence: [from(sources.apiDocument, "calls them keys of type `api`, too")],
    examination: writing,
    answers: [
      { answer: "no", tailscope: "Nothing." },
      { answer: "yes", tailscope: "Leaves those that belong to no user out of `inventory`." },
    ],
  },
  {
    id: "console-hides-tailnet-keys",
    topic: "Lists",
    sentence: "The console's page of keys does not show auth keys that trust credentials made.",
    status: "confirmed",
    evidence: [from(sources.keysNotInConsole), from(sources.underscore)],
    examination: nothing("the console has no API"),
    tailscope: "Shows them in `inventory`.",
  },

  // Policy file

  {
    id: "policy-file-as-json",
    topic: "Policy file",
    sentence: "The policy file comes as JSON with an ETag, and `tagOwners` is an object of lists.",
    status: "confirmed",
    evidence: [from(sources.apiDocument), from(sources.goClient)],
    examination: reading,
    tailscope: "Reads from it who may give which tag.",
  },
  {
    id: "policy-read-needs-device-scopes",
    topic: "Policy file",
    sentence:
      "`policy_file:read` alone does not open the policy file: it needs `devices:core:read` and `devices:posture_attributes:read`, too.",
    status: "corrected",
    evidence: [
      from(sources.trustCredentials),
      from(sources.ansible),
      from(sources.legacyScopesPage),
    ],
    examination: writing,
    tailscope: "Asks for all three, and says at preview where tags could not be checked.",
  },
  {
    id: "validate-answers",
    topic: "Policy file",
    sentence:
      "`POST /acl/validate` answers 200 with `{}` or nothing, 200 with a message for an invalid policy, 400 `unexpected end of JSON input` for nothing.",
    status: "corrected",
    evidence: [otel(523)],
    examination: reading,
    tailscope: "Does not use it; the emulator answers like this.",
  },

  // Audit log

  {
    id: "audit-tailnet-id",
    topic: "Audit log",
    sentence: "The log's answer has `version`, `tailnetId` and `logs`, which may be null.",
    status: "corrected",
    evidence: [from(sources.tailscale2otel, "the document calls it `tailnet`")],
    examination: reading,
    tailscope: "Takes null for empty.",
  },
  {
    id: "audit-filters",
    topic: "Audit log",
    sentence: "The filter `target` takes a part of an id or name.",
    status: "corrected",
    evidence: [from(sources.apiDocument)],
    examination: writing,
    tailscope: "Compares the entries itself.",
  },
  {
    id: "use-is-logged-as-token-create",
    topic: "Audit log",
    sentence:
      "Taking a token is logged as `CREATE` on a target of type `OAUTH_ACCESS_TOKEN`, by the credential.",
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
      'A trust credential is an actor with its id, no login name, and the name "OAuth client".',
    status: "corrected",
    evidence: [from(sources.tailscale2otel)],
    examination: reading,
    tailscope: "Names it by id, and by description where the list or the state knows it.",
  },
  {
    id: "federated-actor-in-log",
    topic: "Audit log",
    sentence: "As an actor of which type does a federated identity appear?",
    status: "unknown",
    evidence: [from(sources.apiDocument, "its list of types has none for it")],
    examination: nothing("it needs an identity token of a pipeline"),
    answers: [],
    otherwise: "Shows the type as it is, and the identity by its id.",
  },
  {
    id: "audit-create-of-auth-key",
    topic: "Audit log",
    sentence:
      'The creation of an auth key is `CREATE` on `API_KEY`, with its id, the name "Auth key" and the description in `new`.',
    status: "corrected",
    evidence: [from(sources.tailscale2otel)],
    examination: writing,
    tailscope: "Names it by id, and by description where the list or the state knows it.",
  },
  {
    id: "audit-revoke-has-no-old",
    topic: "Audit log",
    sentence: "A revocation is `REVOKE` on `API_KEY`, without `old` and `new`.",
    status: "corrected",
    evidence: [from(sources.tailscale2otel)],
    examination: writing,
    tailscope: "Says by whom and when.",
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
    evidence: [from(sources.apiDocument, "its list of events has none, and is not whole")],
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
      "A secret that Tailscale finds in public is revoked by an actor of type `SECRET_SCANNER`.",
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
    sentence: "A refusal carries the header `x-tailscale-request-id`.",
    status: "confirmed",
    evidence: [from(sources.ansible)],
    examination: reading,
    tailscope: "Quotes it in errors: Tailscale's support asks for it.",
  },
  {
    id: "dash-is-own-tailnet",
    topic: "Everything else",
    sentence: "In paths `-` stands for the token's own tailnet, and so does that tailnet's id.",
    status: "confirmed",
    evidence: [from(sources.apiDocument), from(sources.goClient)],
    examination: reading,
    tailscope: "Uses `-` where no tailnet is set.",
  },
  {
    id: "wrong-tailnet-status",
    topic: "Everything else",
    sentence: "What does a token get for another tailnet?",
    status: "unknown",
    evidence: [
      from(sources.wrongTailnet, "403 in 2023"),
      from(sources.apiDocument, "documents 404"),
    ],
    examination: reading,
    answers: [
      { answer: "403", tailscope: "Names the tailnet setting beside the scopes." },
      { answer: "404", tailscope: "Names the tailnet setting." },
    ],
  },
  {
    id: "retry-after",
    topic: "Everything else",
    sentence: "How many requests are too many, and does 429 come with `Retry-After`?",
    status: "unknown",
    evidence: [
      from(sources.ansible, "honours it and has not seen one"),
      from(sources.rateLimits, "a question without an answer"),
    ],
    examination: nothing("it would put load on Tailscale"),
    answers: [],
    otherwise: "Waits as long as it says, else longer each time; four repetitions.",
  },
  {
    id: "plan-limits",
    topic: "Everything else",
    sentence:
      "What a plan does not include is refused with 402, or 403 `feature not available on current billing plan`.",
    status: "confirmed",
    evidence: [from(sources.ansible)],
    examination: nothing("it depends on the tailnet's plan"),
    tailscope: "Tells it apart from a missing scope.",
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
