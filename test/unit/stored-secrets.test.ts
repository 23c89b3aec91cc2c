import fc from "fast-check";
import { expect, test } from "vitest";
import { parseName } from "../../provider/access/urn";
import { listManaged, parseResources } from "../../provider/state/exported-state";
import { reveal } from "../../provider/state/stored-secrets";

const signature = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };
const hidden = { ...signature, ciphertext: "v1:abc:def" };
const shown = (value: unknown) => ({ ...signature, plaintext: JSON.stringify(value) });

test.each([
  ["plain", { value: "plain", isSecret: false, isHidden: false }],
  [hidden, { value: undefined, isSecret: true, isHidden: true }],
  [shown(["tag:ci"]), { value: ["tag:ci"], isSecret: true, isHidden: false }],
  [{ ref: hidden }, { value: { ref: undefined }, isSecret: true, isHidden: true }],
  [["dns", shown("users")], { value: ["dns", "users"], isSecret: true, isHidden: false }],
  [shown({ ref: hidden }), { value: { ref: undefined }, isSecret: true, isHidden: true }],
  [
    { ...signature, plaintext: "not JSON" },
    { value: undefined, isSecret: true, isHidden: true },
  ],
  [
    { ...signature, plaintext: 7 },
    { value: undefined, isSecret: true, isHidden: true },
  ],
  [
    { "4dabf18193072939515e22adb298388d": "another kind of value" },
    {
      value: { "4dabf18193072939515e22adb298388d": "another kind of value" },
      isSecret: false,
      isHidden: false,
    },
  ],
])("the stored value %j is shown", (stored, revealed) => {
  expect(reveal(stored)).toEqual(revealed);
});

test("no encrypted value is in what is known of a credential, however deeply nested", () => {
  const value = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.constantFrom("a", 1, true, null, hidden, shown("b")),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom("x", "y", "z"), tie("value"), { maxKeys: 3 }),
    ),
  })).value;
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom("scopes", "tags", "key"), value), (outputs) => {
      const type = "pulumi-nodejs:dynamic/tailscope:OAuthClient";
      const resource = { urn: `urn:pulumi:s::p::${type}::n`, type, id: "kA", inputs: {}, outputs };
      const read = parseResources(JSON.stringify({ deployment: { resources: [resource] } }));
      if ("problem" in read) throw new Error(read.problem);
      const [managed] = listManaged(read.resources);
      expect(JSON.stringify(managed?.state)).not.toMatch(/ciphertext|4dabf/);
      for (const [name, one] of Object.entries(outputs)) {
        const isHidden = JSON.stringify(one).includes("ciphertext");
        expect(managed?.hidden.has(name)).toBe(isHidden);
        expect(name in (managed?.state ?? {})).toBe(!isHidden);
      }
    }),
  );
});

test("a resource's name is everything after its type, with colons", () => {
  expect(parseName("urn:pulumi:dev::infra::a:b:C$d:e:F::team::ci")).toBe("team::ci");
  expect(parseName("urn:pulumi:dev::infra::a:b:C::ci")).toBe("ci");
  expect(parseName("odd")).toBe("odd");
});
